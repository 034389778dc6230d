#include "queue.hpp"

#include <pthread.h>

namespace chatd::client {

Queue::Queue()
    : thread_([this] {
        pthread_setname_np(pthread_self(), "chat-client");
        void* tag = nullptr;
        bool ok = false;
        while (completions_.Next(&tag, &ok)) static_cast<Event*>(tag)->proceed(ok);
      }) {}

Queue::~Queue() { completions_.Shutdown(); }

}  // namespace chatd::client
