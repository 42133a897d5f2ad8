#include "base/config/listener.h"

namespace kstream::config {
namespace {

TEST(Listener, IsParsed) {
  auto listeners = parse_listeners("plaintext://127.0.0.1:9092, IN_SIDE://[::1]:0,PUBLIC://:65535");
  ASSERT_TRUE(listeners) << listeners.error().detail;
  EXPECT_EQ(*listeners,
            (std::vector<Listener>{{"PLAINTEXT", "127.0.0.1", 9092}, {"IN_SIDE", "::1", 0}, {"PUBLIC", "", 65535}}));
  EXPECT_TRUE(parse_listeners("")->empty());
}

TEST(Listener, IsPrintedAsItIsParsed) {
  for (std::string text : {"PLAINTEXT://127.0.0.1:9092", "A://[::1]:0", "B://:9"}) {
    EXPECT_EQ(to_string((*parse_listeners(text))[0]), text);
  }
}

TEST(Listener, IsRefusedWithTheItem) {
  EXPECT_EQ(parse_listeners("A://h:1,B:2").error(),
            (Error{ErrorCode::invalid_config, "\"B:2\" is no NAME://HOST:PORT"}));
  for (auto text : {"://h:1", "A://h", "A://h:", "A://h:65536", "A://h:-1", "A://h:+1", "A://::1:9092", "A://[]:1",
                    "A B://h:1", "A://h h:1", "A://h/x:1", "A://h:1,", ",", "A:///:1", "A://[::1:1"}) {
    EXPECT_FALSE(parse_listeners(text)) << text;
  }
}

TEST(Listener, IsThereOnce) {
  EXPECT_EQ(parse_listeners("A://h:1,a://h:2").error().detail, "the name A stands twice");
  EXPECT_EQ(parse_listeners("A://h:1,B://h:1").error().detail, "A and B have one address");
  EXPECT_TRUE(parse_listeners("A://h:0,B://h:0")) << "two free ports";
  EXPECT_TRUE(parse_listeners("A://127.0.0.1:1,B://[::1]:1"));
}

TEST(HostCounts, AreRead) {
  EXPECT_TRUE(parse_counts(" ")->empty());
  EXPECT_EQ(*parse_counts("a.example: 5, 10.0.0.1:0,::1:7,[fe80::1]:8"),
            (std::vector<HostCount>{{"a.example", 5}, {"10.0.0.1", 0}, {"::1", 7}, {"fe80::1", 8}}));
}

TEST(HostCounts, AreRefusedWithTheItem) {
  EXPECT_EQ(parse_counts("a:1,b").error(), (Error{ErrorCode::invalid_config, "\"b\" is no HOST:COUNT"}));
  EXPECT_EQ(parse_counts("a:1,a:2").error().detail, "a stands twice");
  for (auto text : {"a:", ":1", "a:-1", "a:x", "a:2147483648", "a:1,", "[]:1"})
    EXPECT_FALSE(parse_counts(text)) << text;
}

TEST(Address, IsAListenerWithoutAName) {
  EXPECT_EQ(*parse_address(" 127.0.0.1:9404 "), (Listener{"", "127.0.0.1", 9404}));
  EXPECT_EQ(*parse_address(":0"), (Listener{"", "", 0}));
  EXPECT_EQ(*parse_address("[::1]:1"), (Listener{"", "::1", 1}));
  for (auto text : {"", "9404", "h:", "h:x", "h:65536", "::1:9404", "A://h:1", "h h:1"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

}  // namespace
}  // namespace kstream::config
