#include "host/hub/ring.hpp"

#include "bench/micro/bytes_frame.hpp"
#include "bench/micro/counted.hpp"

namespace chatd::micro {

void ring() {
  constexpr std::size_t pushes = 100'000;
  const hub::FramePtr frame = std::make_shared<BytesFrame>(std::vector<std::uint8_t>(content.begin(), content.end()));
  hub::Ring full({.messages = 1024, .bytes = 1024 * 1024});
  std::int64_t offset = 0;
  const auto push = [&] {
    full.drop(full.overflow(frame->bytes()));
    full.push({frame, {0, offset++}, 1});
  };
  for (int i = 0; i < 2'000; ++i) push();
  counted("ring.push", pushes, [&] {
    for (std::size_t i = 0; i < pushes; ++i) push();
  });
}

}  // namespace chatd::micro
