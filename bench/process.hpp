// What a process uses, as the kernel counts it.
#pragma once

#include <chrono>
#include <cstddef>

#include <sys/types.h>

namespace chatd::bench {

// User and system time of all its threads since its start, ended ones included. Zero when there is no such process.
[[nodiscard]] std::chrono::nanoseconds cpu_time(pid_t process) noexcept;
// Of this process.
[[nodiscard]] std::chrono::nanoseconds own_cpu_time() noexcept;

// Zero when there is no such process, or it is not ours to look at.
[[nodiscard]] std::size_t resident_bytes(pid_t process);
[[nodiscard]] std::size_t thread_count(pid_t process);
[[nodiscard]] std::size_t descriptor_count(pid_t process);

[[nodiscard]] bool process_exists(pid_t process) noexcept;

// Raises this process's limit on open files as far as it goes, and says how many there may be.
std::size_t raise_descriptor_limit() noexcept;

// False when there is no such core.
[[nodiscard]] bool pin_to_core(pid_t process, int core) noexcept;

}  // namespace chatd::bench
