// Publisher: one connection that publishes, any number of messages at a time.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/connection.hpp"
#include "bench/histogram.hpp"
#include "bench/message.hpp"

namespace chatd::bench {

class Publisher {
 public:
  // What each publish came to. `sent` is when it was intended.
  using Answered = std::function<void(const Stamp&, const http2::Status&)>;

  // `number` as Connection has it. All given must outlive it.
  Publisher(Loop& loop, const Endpoint& to, std::size_t number, Answered answered);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Goes out with the next flush.
  void publish(PublishRequest& request, const Stamp& stamp);
  void flush() noexcept { connection_->flush(); }

  [[nodiscard]] std::size_t outstanding() const noexcept { return calls_.size() - idle_.size(); }

 private:
  class Publish final : public http2::Call {
   public:
    explicit Publish(Publisher& publisher) : publisher_(publisher) {}
    Stamp stamp;
    void message(std::string_view) noexcept override {}
    void ended(const http2::Status& status) noexcept override;

   private:
    Publisher& publisher_;
  };

  const Answered answered_;
  const std::string headers_;
  std::deque<Publish> calls_;
  std::vector<Publish*> idle_;  // of them
  std::unique_ptr<Connection> connection_;
};

}  // namespace chatd::bench
