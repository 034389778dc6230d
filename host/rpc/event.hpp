// Event: what a tag of the completion queue points to.
#pragma once

namespace chatd::rpc {

class Event {
 public:
  // The operation is over; `ok` as gRPC means it for that operation. May destroy the event. [queue] never blocks
  virtual void fire(bool ok) noexcept = 0;

 protected:
  ~Event() = default;
};

// An event that calls a member function.
template <class Owner, void (Owner::*function)(bool) noexcept>
class On final : public Event {
 public:
  explicit On(Owner* owner) : owner_(owner) {}
  void fire(bool ok) noexcept override { (owner_->*function)(ok); }

 private:
  Owner* owner_;
};

}  // namespace chatd::rpc
