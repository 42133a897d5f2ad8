#pragma once

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <fstream>
#include <sstream>
#include <string>

namespace kstream::test {

inline rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

/// Whether each line of `text` is as the installed schema (of the folder KSTREAM_SCHEMA_DIR) says; there must be one.
inline bool fits_schema(const std::string& name, const std::string& text) {
  std::ifstream file(std::string(KSTREAM_SCHEMA_DIR) + '/' + name);
  std::stringstream schema_text;
  schema_text << file.rdbuf();
  auto schema_document = parsed(schema_text.str());
  rapidjson::SchemaDocument schema(schema_document);
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    auto document = parsed(line);
    rapidjson::SchemaValidator validator(schema);
    if (document.Accept(validator)) continue;
    rapidjson::StringBuffer where;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
    ADD_FAILURE() << name << " refuses " << line << " at " << where.GetString() << ": "
                  << validator.GetInvalidSchemaKeyword();
    return false;
  }
  return count > 0;
}

}  // namespace kstream::test
