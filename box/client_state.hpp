// What a client of a box is made of.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "chatd/client/client.hpp"
#include "chatd/sdk/testing/box.hpp"

namespace chatd::sdk::testing {

struct Client::State {
  struct Ear;

  State();
  ~State();

  // A client whose stream is open; as Box::connect. [any] may block
  [[nodiscard]] static Result<std::unique_ptr<State>> open(const std::string& address, ClientOptions options,
                                                           std::chrono::milliseconds timeout);

  std::unique_ptr<Ear> ear;
  std::unique_ptr<client::Client> connection;    // null: it has left
  std::unique_ptr<client::Subscription> stream;  // gone first
};

}  // namespace chatd::sdk::testing
