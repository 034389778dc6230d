#include "host/hub/ring.hpp"

#include "bench/micro/bytes_frame.hpp"
#include "bench/micro/counted.hpp"

namespace chatd::micro {

void ring() {
  constexpr std::size_t pushes = 100'000;
  const hub::FramePtr frame = std::make_shared<BytesFrame>(std::vector<std::uint8_t>(content.begin(), content.end()));
  hub::Ring full({.messages = 1024, .bytes = 1024 * 1024});
  for (int i = 0; i < 2'000; ++i) full.push(frame);
  counted("ring.push", pushes, [&] {
    for (std::size_t i = 0; i < pushes; ++i) full.push(frame);
  });
}

}  // namespace chatd::micro
