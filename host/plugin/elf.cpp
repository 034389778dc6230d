#include "host/plugin/elf.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <elf.h>
#include <link.h>

#include "chatd/sdk/text.hpp"

namespace chatd::plugin {

namespace {

using sdk::Code;
using sdk::fail;
using sdk::Result;
using sdk::text;

using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Segment = ElfW(Phdr);
using Dynamic = ElfW(Dyn);

constexpr auto own_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr auto own_order = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
#if defined(__x86_64__)
constexpr auto own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr auto own_machine = EM_AARCH64;
#endif
// Segments are mapped by page, so a segment's file offset and address must agree within one. The smallest page there is;
// larger ones are the loader's to refuse, which it does without harm.
constexpr std::uint64_t page = 4096;
constexpr std::uint64_t largest_page = 65536;

// [offset, offset + size) lies in [begin, begin + length), overflow minded.
bool within(std::uint64_t offset, std::uint64_t size, std::uint64_t begin, std::uint64_t length) {
  return offset >= begin && offset - begin <= length && size <= length - (offset - begin);
}

class Image {
 public:
  // Throws std::ios_base::failure when the file cannot be read, as `table` does.
  explicit Image(const std::filesystem::path& file) {
    in_.exceptions(std::ios_base::failbit | std::ios_base::badbit);
    in_.open(file, std::ios_base::binary | std::ios_base::ate);
    size_ = static_cast<std::uint64_t>(in_.tellg());
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t size) const noexcept { return within(offset, size, 0, size_); }

  template <class T>
  [[nodiscard]] std::vector<T> table(std::uint64_t offset, std::uint64_t count) {
    std::vector<T> out(count);
    in_.seekg(static_cast<std::streamoff>(offset));
    in_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(count * sizeof(T)));
    return out;
  }

 private:
  std::ifstream in_;
  std::uint64_t size_ = 0;
};

template <class... Pieces>
auto damaged(const Pieces&... pieces) {
  return fail(Code::data_loss, text("damaged: ", pieces..., "; install the file again"));
}

auto truncated(const Image& image, std::string_view what, std::uint64_t offset, std::uint64_t size) {
  return fail(Code::data_loss, text("truncated: the file has ", image.size(), " bytes, but its ", what, " is said to take ", size,
                                    " bytes from byte ", offset, " on; install the file again"));
}

Result<Header> check_header(Image& image) {
  if (image.size() == 0) {
    return fail(Code::invalid_argument, "not a library: the file is empty; install the plugin's shared library in its place");
  }
  const auto start = image.table<char>(0, std::min<std::uint64_t>(image.size(), SELFMAG));
  if (start.size() < SELFMAG || std::memcmp(start.data(), ELFMAG, SELFMAG) != 0) {
    return fail(
        Code::invalid_argument,
        "not a library: the file does not begin with ELF's magic bytes; install the plugin's shared library in its place");
  }
  if (!image.holds(0, sizeof(Header))) return truncated(image, "ELF header", 0, sizeof(Header));
  const auto header = image.table<Header>(0, 1).front();
  if (header.e_ident[EI_CLASS] != own_class || header.e_ident[EI_DATA] != own_order || header.e_machine != own_machine) {
    return fail(Code::failed_precondition,
                text("built for another machine: ELF class ", int{header.e_ident[EI_CLASS]}, ", byte order ",
                     int{header.e_ident[EI_DATA]}, ", machine ", header.e_machine, "; this host wants ", int{own_class}, ", ",
                     int{own_order}, ", ", int{own_machine}, "; build the plugin on this host's kind of machine"));
  }
  if (header.e_type != ET_DYN) {
    return fail(Code::invalid_argument,
                text("not a library: an ELF file of type ", header.e_type, ", expected a shared library (type ", int{ET_DYN},
                     "); link the plugin with -shared"));
  }
  if (header.e_version != EV_CURRENT || header.e_ident[EI_VERSION] != EV_CURRENT || header.e_ehsize != sizeof(Header)) {
    return damaged("the ELF header's version or size is wrong");
  }
  return header;
}

Result<std::vector<Section>> sections_of(Image& image, const Header& header) {
  if (header.e_shoff == 0 || header.e_shnum == 0) {
    return damaged("it has no section table (a plugin may be stripped, but not of that)");
  }
  if (header.e_shentsize != sizeof(Section)) return damaged("a section header has ", header.e_shentsize, " bytes");
  const auto size = header.e_shnum * std::uint64_t{sizeof(Section)};
  if (!image.holds(header.e_shoff, size)) return truncated(image, "section table", header.e_shoff, size);
  auto sections = image.table<Section>(header.e_shoff, header.e_shnum);
  for (const auto& section : sections) {
    if (section.sh_type == SHT_NULL || section.sh_type == SHT_NOBITS) continue;
    if (!image.holds(section.sh_offset, section.sh_size)) {
      return truncated(image, text("section ", &section - sections.data()), section.sh_offset, section.sh_size);
    }
  }
  // Boost.DLL 1.74 reads the names without looking where they end.
  if (header.e_shstrndx >= sections.size()) return damaged("its section names are in section ", header.e_shstrndx);
  const auto& names = sections[header.e_shstrndx];
  if (names.sh_type != SHT_STRTAB || names.sh_size == 0) return damaged("its section names are not texts");
  if (image.table<char>(names.sh_offset + names.sh_size - 1, 1).front() != '\0') return damaged("its section names do not end");
  return sections;
}

// Whether [address, address + size) is backed by the file once loaded.
bool loaded(const std::vector<Segment>& loads, std::uint64_t address, std::uint64_t size) {
  return std::ranges::any_of(loads, [&](const Segment& s) { return within(address, size, s.p_vaddr, s.p_filesz); });
}

// The dynamic loader takes these addresses as they are.
Result<> check_dynamic(Image& image, const std::vector<Segment>& loads, const Segment& dynamic) {
  const auto load =
      std::ranges::find_if(loads, [&](const Segment& s) { return within(dynamic.p_vaddr, 1, s.p_vaddr, s.p_filesz); });
  if (load == loads.end() || dynamic.p_offset - load->p_offset != dynamic.p_vaddr - load->p_vaddr) {
    return damaged("its dynamic section's file offset and address disagree");
  }
  const auto entries = image.table<Dynamic>(dynamic.p_offset, dynamic.p_filesz / sizeof(Dynamic));
  const auto end = std::ranges::find(entries, DT_NULL, &Dynamic::d_tag);
  if (end == entries.end()) return damaged("its dynamic section does not end");
  const auto value = [&](std::int64_t tag) -> std::optional<std::uint64_t> {
    const auto entry = std::find_if(entries.begin(), end, [&](const Dynamic& d) { return d.d_tag == tag; });
    return entry == end ? std::nullopt : std::optional<std::uint64_t>(entry->d_un.d_val);
  };

  struct Table {
    std::int64_t start, size;
  };
  static constexpr std::array tables{Table{DT_STRTAB, DT_STRSZ}, Table{DT_RELA, DT_RELASZ}, Table{DT_JMPREL, DT_PLTRELSZ},
                                     Table{DT_INIT_ARRAY, DT_INIT_ARRAYSZ}, Table{DT_FINI_ARRAY, DT_FINI_ARRAYSZ}};
  for (const auto [start, size] : tables) {
    if (const auto at = value(start); at && !loaded(loads, *at, value(size).value_or(0))) {
      return damaged("its dynamic table ", start, " is not in a loaded segment");
    }
  }
  static constexpr std::array<std::int64_t, 7> starts{DT_SYMTAB, DT_HASH, DT_GNU_HASH, DT_VERSYM, DT_VERNEED, DT_VERDEF, DT_INIT};
  for (const auto start : starts) {
    if (const auto at = value(start); at && !loaded(loads, *at, 1)) {
      return damaged("its dynamic table ", start, " is not in a loaded segment");
    }
  }
  if (!value(DT_STRTAB) || !value(DT_SYMTAB)) return damaged("it has no symbols");
  return {};
}

// The section table says again, independently, what lies where and what may be done to it.
Result<> check_agreement(const std::vector<Section>& sections, const std::vector<Segment>& loads) {
  for (const auto& section : sections) {
    if (!(section.sh_flags & SHF_ALLOC) || section.sh_type == SHT_NOBITS) continue;
    const auto flags = (section.sh_flags & SHF_WRITE ? PF_W : 0u) | (section.sh_flags & SHF_EXECINSTR ? PF_X : 0u) | PF_R;
    const auto has_it = [&](const Segment& s) {
      return within(section.sh_addr, section.sh_size, s.p_vaddr, s.p_filesz) &&
             section.sh_addr - s.p_vaddr == section.sh_offset - s.p_offset && (s.p_flags & flags) == flags;
    };
    if (std::ranges::none_of(loads, has_it)) {
      return damaged("its section ", &section - sections.data(), " and its segments disagree");
    }
  }
  return {};
}

Result<> check_segments(Image& image, const Header& header, const std::vector<Section>& sections) {
  if (header.e_phentsize != sizeof(Segment)) return damaged("a program header has ", header.e_phentsize, " bytes");
  const auto size = header.e_phnum * std::uint64_t{sizeof(Segment)};
  if (!image.holds(header.e_phoff, size)) return truncated(image, "program header table", header.e_phoff, size);
  const auto segments = image.table<Segment>(header.e_phoff, header.e_phnum);

  std::vector<Segment> loads;
  for (const auto& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    if (!image.holds(segment.p_offset, segment.p_filesz)) {
      return truncated(image, text("segment ", &segment - segments.data()), segment.p_offset, segment.p_filesz);
    }
    const bool whole = segment.p_filesz <= segment.p_memsz && within(segment.p_vaddr, segment.p_memsz, 0, INT64_MAX);
    const bool alike = segment.p_vaddr % page == segment.p_offset % page;
    const bool after = loads.empty() || segment.p_vaddr >= loads.back().p_vaddr + loads.back().p_memsz;
    if (!whole || !alike || !after) return damaged("its segment ", &segment - segments.data(), " cannot be laid out in memory");
    loads.push_back(segment);
  }
  if (loads.empty()) return damaged("it has no segment to load");

  // What the loader, and later the unwinder, reads from memory by address.
  static constexpr std::array<std::uint32_t, 7> inside{PT_DYNAMIC,      PT_NOTE,      PT_TLS,         PT_PHDR,
                                                       PT_GNU_EH_FRAME, PT_GNU_RELRO, PT_GNU_PROPERTY};
  for (const auto& segment : segments) {
    if (std::ranges::find(inside, segment.p_type) == inside.end() || segment.p_filesz == 0) continue;
    if (!loaded(loads, segment.p_vaddr, segment.p_filesz)) {
      return damaged("its segment ", &segment - segments.data(), " is not part of a loaded one");
    }
    // The loader makes all of it read-only, whatever lies there.
    const auto end = (loads.back().p_vaddr + loads.back().p_memsz + largest_page - 1) / largest_page * largest_page;
    if (segment.p_type == PT_GNU_RELRO && !within(segment.p_vaddr, segment.p_memsz, 0, end)) {
      return damaged("its segment ", &segment - segments.data(), " is longer than what is loaded");
    }
  }
  if (auto right = check_agreement(sections, loads); !right) return right;
  if (std::ranges::count(segments, std::uint32_t{PT_DYNAMIC}, &Segment::p_type) != 1) {
    return damaged("it has not exactly one dynamic section");
  }
  return check_dynamic(image, loads, *std::ranges::find(segments, std::uint32_t{PT_DYNAMIC}, &Segment::p_type));
}

}  // namespace

Result<> check_elf(const std::filesystem::path& file) try {
  Image image(file);
  const auto header = check_header(image);
  if (!header) return std::unexpected(header.error());
  const auto sections = sections_of(image, *header);
  if (!sections) return std::unexpected(sections.error());
  return check_segments(image, *header, *sections);
} catch (const std::ios_base::failure&) {
  const auto why = errno;
  return fail(Code::unavailable,
              text("cannot be read: ", why == 0 ? "input/output error" : std::strerror(why), "; let the host's user read it"));
}

}  // namespace chatd::plugin
