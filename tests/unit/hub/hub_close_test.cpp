#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;

TEST_CASE("a stream may close itself while it is served") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream a(hub, transport), b(hub, transport);
  a.ready(), b.ready();
  for (int i = 0; i < 3; ++i) arrive(hub, "", std::to_string(i));

  SECTION("between two writes") {
    transport.before_once = [&] { a.close(); };
    run(hub, transport);
    CHECK(a.got == Texts{"0"});
  }
  SECTION("in its write") {
    a.on_write = [&] { a.close(); };
    run(hub, transport);
    CHECK(a.got == Texts{"0"});
  }
  SECTION("after its write was done") {
    transport.before_once = [&] {
      if (a.got.size() != 2) return;
      if (a.writing) a.done();
      a.close();
    };
    run(hub, transport);
    CHECK(a.got == Texts{"0", "1"});
  }
  CHECK(b.got == Texts{"0", "1", "2"});
  CHECK(hub.sessions() == 1);
}

TEST_CASE("a stream may close at its end, in the call that ends it") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream a(hub, transport), b(hub, transport);
  a.on_end = [&] { a.close(); };
  b.on_end = [&] { b.close(); };
  a.ready(), b.ready();
  hub.end_all(leaving);
  run(hub, transport);
  CHECK(a.ends.size() == 1);
  CHECK(b.ends.size() == 1);
  CHECK(hub.sessions() == 0);
}

TEST_CASE("a stream may close another that is served, that waits or that is idle") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream a(hub, transport), waits(hub, transport), idle(hub, transport, {"room"}), b(hub, transport);
  a.ready(), waits.ready(), idle.ready(), b.ready();
  arrive(hub, "", "0");
  arrive(hub, "", "1");
  a.on_write = [&] { waits.close(), idle.close(); };
  run(hub, transport);
  CHECK(a.got == Texts{"0", "1"});
  CHECK(waits.got.empty());
  CHECK(b.got == Texts{"0", "1"});
  CHECK(hub.sessions() == 2);
  CHECK(hub.rooms() == 1);
}

TEST_CASE("a stream may be opened while another is served") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream a(hub, transport);
  std::unique_ptr<Stream> born;
  a.ready();
  arrive(hub, "", "0");
  arrive(hub, "", "1");
  a.on_write = [&] {
    if (born) return;
    born = std::make_unique<Stream>(hub, transport);
    born->ready();
    arrive(hub, "", "2");
  };
  run(hub, transport);
  CHECK(a.got == Texts{"0", "1", "2"});
  CHECK(born->got == Texts{"2"});
}

TEST_CASE("what arrives for a stream while it is served is not left behind") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream a(hub, transport);
  a.ready();
  arrive(hub, "", "0");
  int more = 0;

  SECTION("before its write is done") {
    a.on_write = [&] {
      if (++more < 5) arrive(hub, "", std::to_string(more));
    };
    run(hub, transport);
  }
  SECTION("after its write is done") {
    transport.before_once = [&] {
      if (a.writing) a.done();
      if (++more < 5) arrive(hub, "", std::to_string(more));
    };
    run(hub, transport);
  }
  SECTION("and its write is done much later") {
    a.stuck = true;
    a.on_write = [&] {
      if (++more < 5) arrive(hub, "", std::to_string(more));
    };
    hub.flush_one(transport);
    CHECK(a.got == Texts{"0"});
    a.stuck = false;
    run(hub, transport);
  }
  CHECK(a.got == Texts{"0", "1", "2", "3", "4"});
  CHECK(hub.idle());
}

TEST_CASE("a stream that is closed while it waits is forgotten, wherever it stands") {
  for (int closed = 0; closed < 3; ++closed) {
    CAPTURE(closed);
    TextMaker maker;
    WarmHub hub({}, maker);
    Transport transport;
    std::vector<std::unique_ptr<Stream>> streams;
    for (int i = 0; i < 3; ++i) streams.push_back(std::make_unique<Stream>(hub, transport)), streams.back()->ready();
    arrive(hub, "", "0");
    streams[static_cast<std::size_t>(closed)]->close();
    run(hub, transport);
    for (int i = 0; i < 3; ++i) CHECK(streams[static_cast<std::size_t>(i)]->got.size() == (i == closed ? 0 : 1));
    CHECK(hub.idle());
  }
}

TEST_CASE("streams leave shared rooms in every order") {
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    TextMaker maker;
    WarmHub hub({}, maker);
    Transport transport;
    const std::vector<std::vector<std::string>> rooms{{"x", "y"}, {"y", "", "x"}, {"", "z"}, {"x"}};
    std::vector<std::unique_ptr<Stream>> streams;
    for (const auto& names : rooms) streams.push_back(std::make_unique<Stream>(hub, transport, names)), streams.back()->ready();

    std::vector<std::size_t> left = order;
    std::vector<Texts> expected(4);
    int said = 0;
    for (const auto leaves : order) {
      for (const char* room : {"x", "", "y", "z"}) {
        const std::string line = room + std::to_string(said++);
        arrive(hub, room, line);
        run(hub, transport);
        for (const auto i : left) {
          if (std::ranges::count(rooms[i], room)) expected[i].push_back(line);
        }
      }
      for (const auto i : left) CHECK(streams[i]->got == expected[i]);
      streams[leaves]->close();
      std::erase(left, leaves);
    }
    CHECK(hub.rooms() == 1);
    CHECK(hub.sessions() == 0);
    CHECK(hub.idle());
  } while (std::ranges::next_permutation(order).found);
}
