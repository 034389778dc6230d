#include "allocations.hpp"

#include <cstddef>

namespace {

thread_local std::size_t count = 0;

}  // namespace

// glibc's own, under the names by which it lets a program put itself before them.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  ++count;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t elements, std::size_t bytes) {
  ++count;
  return __libc_calloc(elements, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  ++count;
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++count;
  return __libc_memalign(alignment, bytes);
}
}

namespace chatd::testing {

std::size_t allocations() noexcept { return count; }

}  // namespace chatd::testing
