#include <kstream/error.h>
#include <kstream/ids.h>

#include <gtest/gtest.h>

namespace kstream {
namespace {

TEST(Uuid, PrintsAndParsesKafkasBase64) {
  EXPECT_EQ(kMetadataTopicId.to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
  auto id = Uuid::from_halves(0x0123456789abcdef, 0xfedcba9876543210);
  EXPECT_EQ(id.to_string(), "ASNFZ4mrze_-3LqYdlQyEA");
  EXPECT_EQ(Uuid::parse(id.to_string()), id);
  EXPECT_EQ(id.high(), 0x0123456789abcdefu);
}

TEST(Uuid, RefusesWhatIsNoId) {
  EXPECT_FALSE(Uuid::parse(""));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA+"));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAB")) << "bits that belong to no byte";
}

TEST(ErrorInfo, KnowsEveryCodeOfKafka) {
  EXPECT_EQ(error_info(ErrorCode::none).name, "NONE");
  EXPECT_EQ(error_info(ErrorCode::unknown_topic_id).name, "UNKNOWN_TOPIC_ID");
  for (int code = -1; code <= 136; ++code) {
    EXPECT_EQ(static_cast<int>(error_info(static_cast<ErrorCode>(code)).code), code);
  }
  EXPECT_EQ(error_info(static_cast<ErrorCode>(137)).code, ErrorCode::unknown_server_error);
  EXPECT_EQ(error_info(static_cast<ErrorCode>(-2)).code, ErrorCode::unknown_server_error);
}

}  // namespace
}  // namespace kstream
