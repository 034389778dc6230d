// The requests of the admin service: whatever bytes an operator's program sent.
#include <google/protobuf/stubs/logging.h>

#include "host/admin/request.hpp"
#include "host/wire/utf8.hpp"
#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;
namespace v1 = admin::v1;

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // it writes a line for each text that is not UTF-8
  return 0;
}

namespace {

void must_be_text(std::string_view text, std::size_t most) {
  must(text.size() <= most, "a text is within its limit");
  must(!wire::first_invalid_utf8(text), "a text is UTF-8");
  must(!wire::has_control_character(text), "and has no control character");
}

void must_be_somebody(const admin::Whom& whom) {
  must(!whom.id.empty(), "it is about somebody");
  must_be_text(whom.id, 4'096);
}

// What is taken of these bytes, when they are such a request; nothing otherwise.
template <class Request>
auto taken(std::string_view bytes) -> decltype(admin::checked(Request{})) {
  Request request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return sdk::fail(sdk::Code::invalid_argument, "not a request");
  auto checked = admin::checked(request);
  if (!checked) must_be_refusal(checked.error());
  return checked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = view(data, size);
  if (const auto asked = taken<v1::SessionsRequest>(bytes)) {
    must_be_text(asked->user_id, 4'096);
    must_be_text(asked->room.value_or(""), 128);
    must(asked->limit >= 1 && asked->limit <= 10'000, "a list is within its limit");
  }
  if (const auto asked = taken<v1::LogLevelRequest>(bytes)) must_be_text(asked->component, 128);
  if (const auto asked = taken<v1::KickRequest>(bytes)) {
    must_be_text(asked->user_id, 4'096);
    must_be_text(asked->server_id, 4'096);
    must_be_text(asked->reason, wire::most_reason);
    must((asked->user_id.empty() && asked->token_id.empty()) == (asked->connection > 0), "a kick is about somebody");
  }
  if (const auto asked = taken<v1::BanRequest>(bytes)) {
    must_be_somebody(asked->whom);
    must_be_text(asked->reason, wire::most_reason);
    must(!asked->lasts || (asked->lasts->count() > 0 && asked->lasts < std::chrono::hours(24 * 366 * 101)), "a ban has an end");
  }
  if (const auto asked = taken<v1::UnbanRequest>(bytes)) must_be_somebody(*asked);
  return 0;
}
