#include "parse.h"

#include <gtest/gtest.h>

namespace schemac {
namespace {

const std::string kHead = "api A key 1 versions 2-5 flexible 4+ broker\nrequest\n";

/// What parse() says is wrong with an API whose request has these fields.
std::string error_of(const std::string& fields) {
  try {
    parse("a.api", kHead + fields + "response\n");
    return "";
  } catch (const SchemaError& error) {
    return error.what();
  }
}

TEST(Schemac, ReadsAField) {
  const Schema schema =
      parse("dir/a.api", kHead +
                             "  # What it is.\n  topics: [Topic]?3-4 = null  3+ ignorable  # and why\n"
                             "    id: uuid  4+ tag 7\nresponse\n");
  EXPECT_EQ(schema.stem, "a");
  EXPECT_EQ(schema.key, 1);
  EXPECT_TRUE(schema.on_broker && !schema.on_controller);
  const Message& request = schema.messages.at(0);
  EXPECT_EQ(request.name, "ARequest");
  ASSERT_EQ(request.structs.size(), 2u);
  const Field& topics = request.structs[1].fields.at(0);
  EXPECT_EQ(topics.doc, " What it is.\n");
  EXPECT_TRUE(topics.is_array && topics.ignorable);
  EXPECT_EQ(topics.type, "Topic");
  EXPECT_EQ(topics.versions, (Versions{3, 5}));
  EXPECT_EQ(topics.nullable, (Versions{3, 4}));
  EXPECT_EQ(topics.default_value, "null");
  const Field& id = request.structs[0].fields.at(0);
  EXPECT_EQ(id.versions, (Versions{4, 5}));
  EXPECT_EQ(id.tag, 7);
}

TEST(Schemac, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(error_of("  x: int32\n"), "");
  EXPECT_EQ(error_of("  x: int31\n"), "a.api:3: 'int31' is no type");
  EXPECT_EQ(error_of("  x int32\n"), "a.api:3: a field is 'name: type'");
  EXPECT_EQ(error_of("  x: int32 6+\n"), "a.api:3: a field that is in no version");
  EXPECT_EQ(error_of("  x: int32 high\n"), "a.api:3: 'high' is no range of versions");
  EXPECT_EQ(error_of("  x: int32?\n"), "a.api:3: a int32 cannot be null");
  EXPECT_EQ(error_of("  x: string = null\n"), "a.api:3: 'null' is no default for this type");
  EXPECT_EQ(error_of("  x: int32 = yes\n"), "a.api:3: 'yes' is no default for this type");
  EXPECT_EQ(error_of("  x: int32 tag 0\n"), "a.api:3: a tag in a version that is not flexible");
  EXPECT_EQ(error_of("  x: [T]\n      y: int32\n"), "a.api:4: indented too far");
  EXPECT_EQ(error_of("  x: int32\n    y: int32\n"), "a.api:4: only a new struct has fields below it");
  EXPECT_EQ(error_of("  x: [Topic]\n"), "a.api:3: there is no struct Topic yet");
  EXPECT_EQ(error_of("  x: [records]\n"), "a.api:3: no array of records");
  EXPECT_EQ(error_of("   x: int32\n"), "a.api:3: an odd number of spaces before the first word");
  EXPECT_EQ(error_of("\tx: int32\n"), "a.api:3: a tab; indent with two spaces");
}

TEST(Schemac, WantsARequestAndAResponse) {
  EXPECT_THROW(parse("a.api", ""), SchemaError);
  EXPECT_THROW(parse("a.api", kHead), SchemaError);
  EXPECT_THROW(parse("a.api", "api A versions 1-2 broker\nrequest\nresponse\n"), SchemaError);
  EXPECT_THROW(parse("a.api", kHead + "response\nresponse\n"), SchemaError);
  EXPECT_THROW(parse("a.record", "record R versions 1+\n"), SchemaError);
}

}  // namespace
}  // namespace schemac
