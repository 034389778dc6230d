// chat-bench is only believed when it finds what is wrong.
#include "catch.hpp"
#include "faulty_server.hpp"
#include "program.hpp"

using namespace chatd::testing;

namespace {

// One message at a time: gRPC's synchronous server, which the faulty one is, reorders those that are in flight together.
Measured measure_against(const FaultyServer& server, const char* window = "1") {
  return measure({"fanout", "--target", server.address(), "--streams", "3", "--warm-up", "2", "--messages", "10", "--window",
                  window, "--patience", "2"});
}

}  // namespace

TEST_CASE("bench: a server that does nothing wrong is good") {
  const FaultyServer server(Fault::none);
  const auto measured = measure_against(server);
  INFO(measured.finished.out << measured.finished.err);
  CHECK(measured.finished.status == 0);
  CHECK(measured.figure("deliveries") == 30);
  CHECK(measured.good());
}

TEST_CASE("bench: what a server does wrong is found, counted, printed, and the exit status") {
  struct Case {
    Fault fault;
    const char* name;
    std::uint64_t count;
    const char* said;
  };
  const Case cases[] = {
      {Fault::drops, "lost", 1, "given up"},
      {Fault::repeats, "repeated", 1, "WRONG"},
      {Fault::swaps, "out_of_order", 1, "WRONG"},
      {Fault::misdirects, "misdirected", 1, "WRONG"},
      {Fault::ends_stream, "streams_ended", 1, "RESOURCE_EXHAUSTED: too slow"},
      {Fault::refuses, "publishes_refused", 1, "RESOURCE_EXHAUSTED: enough for now"},
  };
  for (const auto& [fault, name, count, said] : cases) {
    const FaultyServer server(fault);
    // What is to come after the next message needs the next one to be said.
    const auto measured = measure_against(server, fault == Fault::swaps ? "2" : "1");
    INFO(name << '\n' << measured.finished.out << measured.finished.err);
    CHECK(measured.finished.status == 1);
    REQUIRE(measured.json.fields_size() > 0);
    CHECK_FALSE(measured.good());
    if (fault == Fault::swaps)
      CHECK(measured.wrong(name) >= count);
    else
      CHECK(measured.wrong(name) == count);
    CHECK(measured.finished.out.find(name) != std::string::npos);
    CHECK(measured.finished.out.find(said) != std::string::npos);
    // And nothing that is not so: a swap is no loss, a refusal neither.
    for (const char* other : {"repeated", "out_of_order", "misdirected", "streams_ended", "publishes_refused"}) {
      INFO("and " << other);
      if (std::string(other) != name) CHECK(measured.wrong(other) == 0);
    }
    const bool loses = fault == Fault::drops || fault == Fault::misdirects || fault == Fault::ends_stream;
    CHECK((measured.wrong("lost") > 0) == loses);
  }
}

TEST_CASE("bench: a publish that is never answered is not waited for without end") {
  const FaultyServer server(Fault::never_answers);
  const auto measured = measure_against(server);
  INFO(measured.finished.out << measured.finished.err);
  CHECK(measured.finished.status == 1);
  CHECK(measured.finished.out.find("given up") != std::string::npos);

  const FaultyServer other(Fault::never_answers);
  const auto publish = measure({"publish", "--target", other.address(), "--connections", "2", "--outstanding", "2", "--messages",
                                "20", "--warm-up", "0", "--patience", "2"});
  INFO(publish.finished.out << publish.finished.err);
  CHECK(publish.finished.status == 1);
  CHECK(publish.wrong("publishes_unanswered") == 1);
}

TEST_CASE("bench: refused publishes are counted by their status") {
  const FaultyServer server(Fault::refuses);
  const auto measured = measure({"publish", "--target", server.address(), "--connections", "2", "--outstanding", "2",
                                 "--messages", "20", "--warm-up", "0"});
  INFO(measured.finished.out << measured.finished.err);
  CHECK(measured.finished.status == 1);
  CHECK(measured.wrong("refused_RESOURCE_EXHAUSTED") == 1);
  CHECK(measured.figure("answered") == 20);
}

TEST_CASE("bench: a storm over which a server keeps what was said is good") {
  const FaultyServer server(Fault::none);
  const auto measured = measure({"storm", "--target", server.address(), "--streams", "5", "--streams-per-connection", "2",
                                 "--repeats", "2", "--warm-up", "2"});
  INFO(measured.finished.out << measured.finished.err);
  CHECK(measured.finished.status == 0);
  CHECK(measured.good());
  CHECK(measured.figure("said_during_storms") >= 2);
  CHECK(measured.figure("resumed_max_seconds") >= measured.figure("back_max_seconds"));
}

TEST_CASE("bench: what a server does wrong to streams that resume is found") {
  struct Case {
    Fault fault;
    const char* name;
    std::uint64_t count;
  };
  const Case cases[] = {{Fault::forgets, "not_recovered", 3},
                        {Fault::skips, "lost", 3},
                        {Fault::goes_back, "repeated", 3},
                        {Fault::leaves_out, "left_out", 3}};
  for (const auto& [fault, name, count] : cases) {
    const FaultyServer server(fault);
    const auto measured =
        measure({"storm", "--target", server.address(), "--streams", "3", "--repeats", "1", "--warm-up", "2", "--patience", "1"});
    INFO(name << '\n' << measured.finished.out << measured.finished.err);
    CHECK(measured.finished.status == 1);
    REQUIRE(measured.json.fields_size() > 0);
    CHECK(measured.wrong(name) >= count);
    for (const char* other : {"not_recovered", "repeated", "out_of_order", "misdirected", "left_out", "streams_ended"}) {
      INFO("and " << other);
      if (std::string(other) != name) CHECK(measured.wrong(other) == 0);
    }
    CHECK((measured.wrong("lost") > 0) == (fault == Fault::forgets || fault == Fault::skips));
  }
}
