#include "server/connection_limits.h"

#include "server/idle_list.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace kstream::server {
namespace {

using base::MonoTime;
using std::chrono::milliseconds, std::chrono::seconds;

PeerAddress address(const std::string& text) { return resolve(text).at(0); }
Peer peer(const std::string& text, std::uint8_t listener = 0) { return {address(text), listener}; }
constexpr MonoTime kBegin{1'000'000'000'000};

TEST(PeerAddress, OfVersion4IsMapped) {
  sockaddr_in given{};
  given.sin_family = AF_INET;
  inet_pton(AF_INET, "10.0.0.1", &given.sin_addr);
  EXPECT_EQ(peer_address(reinterpret_cast<sockaddr&>(given)), address("::ffff:10.0.0.1"));
  EXPECT_NE(address("10.0.0.1"), address("10.0.0.2"));
  EXPECT_TRUE(resolve("no such host").empty());
}

TEST(ConnectionLimits, AllowWhateverComesWithoutLimits) {
  ConnectionLimits limits({});
  for (int i = 0; i < 1000; ++i) {
    EXPECT_LE(limits.accept_at(0), kBegin);
    EXPECT_TRUE(limits.opened(peer("10.0.0.1"), kBegin));
  }
  EXPECT_EQ(limits.connections(), 1000);
}

TEST(ConnectionLimits, HoldAllWhenThereAreEnough) {
  ConnectionLimits limits({.all = {.connections = 2}});
  EXPECT_TRUE(limits.opened(peer("10.0.0.1"), kBegin));
  EXPECT_LE(limits.accept_at(0), kBegin);
  EXPECT_TRUE(limits.opened(peer("10.0.0.2"), kBegin));
  EXPECT_EQ(limits.accept_at(0), MonoTime::never());
  limits.closed(peer("10.0.0.1"));
  EXPECT_LE(limits.accept_at(0), kBegin);
  limits.closed(peer("10.0.0.9"));
  EXPECT_EQ(limits.connections(), 1) << "one that was never opened";
}

TEST(ConnectionLimits, RefuseAnAddressThatHasItsShare) {
  ConnectionLimits limits({.per_ip = 1, .per_ip_overrides = {{address("10.0.0.2"), 2}, {address("10.0.0.3"), 0}}});
  EXPECT_TRUE(limits.opened(peer("10.0.0.1"), kBegin));
  EXPECT_FALSE(limits.opened(peer("10.0.0.1"), kBegin));
  EXPECT_TRUE(limits.opened(peer("10.0.0.2"), kBegin));
  EXPECT_TRUE(limits.opened(peer("10.0.0.2"), kBegin));
  EXPECT_FALSE(limits.opened(peer("10.0.0.2"), kBegin));
  EXPECT_FALSE(limits.opened(peer("10.0.0.3"), kBegin));
  EXPECT_EQ(limits.connections(), 3);
  limits.closed(peer("10.0.0.1"));
  EXPECT_TRUE(limits.opened(peer("10.0.0.1"), kBegin));
}

/// How many connections a crowd gets within `time`.
int accepted_within(ConnectionLimits& limits, MonoTime begin, std::chrono::nanoseconds time) {
  int accepted = 0;
  for (auto now = begin; now < begin + time; now = now + milliseconds(1)) {
    for (; limits.accept_at(0) <= now; ++accepted) limits.opened(peer("10.0.0.1"), now);
  }
  return accepted;
}

TEST(ConnectionLimits, KeepTheRateOverTenSeconds) {
  ConnectionLimits limits({.all = {.per_second = 20}});
  EXPECT_NEAR(accepted_within(limits, kBegin, milliseconds(1)), 200, 1) << "what ten seconds allow may come at once";
  EXPECT_NEAR(accepted_within(limits, kBegin + milliseconds(1), seconds(5)), 100, 1);
  EXPECT_NEAR(accepted_within(limits, kBegin + seconds(1000), milliseconds(1)), 200, 1) << "and again, later";
}

TEST(ConnectionLimits, LetNobodyWaitForMoreThanASecond) {
  ConnectionLimits none({.all = {.per_second = 0}});
  EXPECT_EQ(accepted_within(none, kBegin, seconds(10)), 10) << "as Kafka does with a rate of 0";
}

TEST(ConnectionLimits, HoldAListenerWhileTheOthersGoOn) {
  ConnectionLimits limits({.all = {.connections = 3}, .listeners = {{.connections = 1}, {.per_second = 0}}});
  EXPECT_TRUE(limits.opened(peer("10.0.0.1"), kBegin));
  EXPECT_EQ(limits.accept_at(0), MonoTime::never());
  EXPECT_LE(limits.accept_at(1), kBegin);
  EXPECT_TRUE(limits.opened(peer("10.0.0.1", 1), kBegin));
  EXPECT_EQ(limits.accept_at(1), kBegin + seconds(1)) << "the rate of this listener";
  limits.closed(peer("10.0.0.1", 1));
  EXPECT_EQ(limits.accept_at(0), MonoTime::never());
  limits.closed(peer("10.0.0.1"));
  EXPECT_LE(limits.accept_at(0), kBegin);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limits.opened(peer("10.0.0.1", 1), kBegin + seconds(i)));
  EXPECT_EQ(limits.accept_at(0), MonoTime::never()) << "the limit of all";
}

TEST(ClosedConnections, ReachTheLimitsAndTellWhoWaits) {
  ClosedConnections closed;
  ConnectionLimits limits({.all = {.connections = 1}});
  limits.opened(peer("10.0.0.1"), kBegin);
  EXPECT_FALSE(closed.put(peer("10.0.0.1")));
  closed.take(limits);
  EXPECT_EQ(limits.connections(), 0);
  closed.set_waited_for(true);
  EXPECT_TRUE(closed.put(peer("10.0.0.1")));
}

TEST(IdleList, KeepsTheOrderOfActivity) {
  IdleList list;
  IdleLink a, b, c;
  EXPECT_EQ(list.deadline(seconds(1)), MonoTime::never());
  list.touch(a, {1});
  list.touch(b, {2});
  list.touch(c, {3});
  EXPECT_EQ(list.first(), &a);
  list.touch(a, {4});
  EXPECT_EQ(list.first(), &b);
  EXPECT_EQ(list.deadline(std::chrono::nanoseconds(10)), MonoTime{12});
  list.remove(b);
  list.remove(b);
  EXPECT_EQ(list.first(), &c);
  list.touch(a, {5});
  list.remove(c);
  EXPECT_EQ(list.first(), &a);
  EXPECT_EQ(a.active, MonoTime{5});
  list.remove(a);
  EXPECT_EQ(list.first(), nullptr);
}

}  // namespace
}  // namespace kstream::server
