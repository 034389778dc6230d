#include "host/check/listing.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>
#include <vector>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/text.hpp"
#include "host/check/probe.hpp"
#include "host/check/words.hpp"

namespace chatd::check {

namespace {

using sdk::text;

constexpr std::chrono::seconds limit{10};

struct Found {
  std::string id;
  std::filesystem::path file;
  std::filesystem::path hidden_by;  // the file of that id that a host takes; empty: this one
  sdk::Result<Probed> probed;
};

using InFolders = std::vector<std::pair<std::filesystem::path, std::vector<Found>>>;

std::string reason(const Found& found) {
  // The id stands in the first column, the folder above.
  const auto& all = found.probed.error().text;
  const auto end = all.find(".so): ");
  return plain(end == all.npos ? all : all.substr(end + 6));
}

std::string state(const Found& found) {
  if (!found.probed) return text("refused: ", reason(found));
  if (!found.hidden_by.empty()) return text("hidden by ", found.hidden_by.string());
  const auto kinds = shown(found.probed->kinds);
  return text("fits: ", kinds.empty() ? "-" : kinds);
}

std::string table(const std::filesystem::path& folder, const std::vector<Found>& all) {
  std::vector<std::array<std::string, 4>> rows{{"PLUGIN", "VERSION", "ABI", "STATE"}};
  for (const auto& found : all)
    rows.push_back(
        {found.id, found.probed ? plain(found.probed->version) : "-", found.probed ? text(CHATD_SDK_ABI) : "-", state(found)});
  std::array<std::size_t, 3> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  auto out = text(folder.string(), ", for a host of ABI ", CHATD_SDK_ABI, ", ", CHATD_SDK_TOOLCHAIN, "\n\n");
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) out += padded(row[i], widths[i] + 2);
    out += row.back() + '\n';
  }
  return out;
}

std::string object(const InFolders& all) {
  std::string out = text("{\"abi\":", CHATD_SDK_ABI);
  member(out, "toolchain", CHATD_SDK_TOOLCHAIN);
  out += ",\"plugins\":[";
  for (const auto& [folder, in_folder] : all) {
    for (const auto& found : in_folder) {
      if (!out.ends_with('[')) out += ',';
      out += '{';
      member(out, "id", found.id);
      member(out, "file", found.file.string());
      member(out, "state", !found.probed ? "refused" : found.hidden_by.empty() ? "fits" : "hidden");
      if (found.probed) {
        member(out, "version", found.probed->version);
        member(out, found.probed->kinds);
      } else {
        member(out, "reason", reason(found));
      }
      out += '}';
    }
  }
  return out + "]}\n";
}

}  // namespace

sdk::Result<std::string> listing(const plugin::Folders& folders, bool json) {
  InFolders all;
  for (const auto& folder : folders) {
    std::error_code why;
    const std::filesystem::directory_iterator readable(folder, why);
    if (why)
      return sdk::fail(sdk::Code::not_found,
                       text("the plugin folder ", folder.string(), " cannot be read: ", why.message(), "; see plugins.path"));
    auto& found = all.emplace_back(folder, std::vector<Found>()).second;
    for (const auto& id : plugin::ids_in(folder)) {
      const auto file = folder / (id + ".so");
      const auto taken = plugin::find(folders, id).value_or(file);
      found.push_back({id, file, taken == file ? "" : taken, probe({file, id, {"plugins." + id, {"default", 0, 0}, {}}}, limit)});
    }
  }
  if (json) return object(all);
  std::string out;
  for (const auto& [folder, in_folder] : all) out += (out.empty() ? "" : "\n") + table(folder, in_folder);
  return out;
}

}  // namespace chatd::check
