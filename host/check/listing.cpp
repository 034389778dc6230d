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
  sdk::Result<Probed> probed;
};

std::string reason(const Found& found) {
  // The id stands in the first column, the folder above.
  const auto& all = found.probed.error().text;
  const auto end = all.find(".so): ");
  return plain(end == all.npos ? all : all.substr(end + 6));
}

std::string table(const std::filesystem::path& folder, const std::vector<Found>& all) {
  std::vector<std::array<std::string, 4>> rows{{"PLUGIN", "VERSION", "ABI", "STATE"}};
  for (const auto& found : all) {
    if (found.probed) {
      const auto kinds = shown(found.probed->kinds);
      rows.push_back({found.id, plain(found.probed->version), text(CHATD_SDK_ABI), text("fits: ", kinds.empty() ? "-" : kinds)});
    } else {
      rows.push_back({found.id, "-", "-", text("refused: ", reason(found))});
    }
  }
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

std::string object(const std::filesystem::path& folder, const std::vector<Found>& all) {
  std::string out = "{";
  member(out, "folder", folder.string());
  out += text(",\"abi\":", CHATD_SDK_ABI);
  member(out, "toolchain", CHATD_SDK_TOOLCHAIN);
  out += ",\"plugins\":[";
  for (const auto& found : all) {
    if (!out.ends_with('[')) out += ',';
    out += '{';
    member(out, "id", found.id);
    member(out, "state", found.probed ? "fits" : "refused");
    if (found.probed) {
      member(out, "version", found.probed->version);
      member(out, found.probed->kinds);
    } else {
      member(out, "reason", reason(found));
    }
    out += '}';
  }
  return out + "]}\n";
}

}  // namespace

sdk::Result<std::string> listing(const std::filesystem::path& folder, bool json) {
  std::vector<Found> all;
  std::error_code why;
  for (std::filesystem::directory_iterator at(folder, why), end; !why && at != end; at.increment(why)) {
    if (at->path().extension() != ".so") continue;
    const auto id = at->path().stem().string();
    const Subject subject{at->path(), id, {"plugins." + id, {"default", 0, 0}, {}}};
    all.push_back({id, probe(subject, limit)});
  }
  if (why)
    return sdk::fail(sdk::Code::not_found, text("the plugin folder ", folder.string(), " cannot be read: ", why.message()));
  std::ranges::sort(all, {}, &Found::id);
  return json ? object(folder, all) : table(folder, all);
}

}  // namespace chatd::check
