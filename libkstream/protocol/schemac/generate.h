#pragma once

#include "schema.h"

#include <string>
#include <vector>

namespace schemac {

/// The header of one schema: the structs, nothing inline.
std::string generate_header(const Schema& schema);

/// encode, decode and describe of all messages of some schemas.
std::string generate_codecs(const std::vector<const Schema*>& schemas);

/// api_table.h and api_table.cc, from the schemas that are APIs.
std::string generate_api_table_header(const std::vector<Schema>& schemas);
std::string generate_api_table(const std::vector<Schema>& schemas);

/// record_json.h and record_json.cc: the records as JSON.
std::string generate_record_json_header(const std::vector<Schema>& schemas);
std::string generate_record_json(const std::vector<Schema>& schemas);

/// A list of all messages for tests and fuzz targets: `KSTREAM_MESSAGE(name)` each, after the includes.
std::string generate_all_messages(const std::vector<Schema>& schemas);

/// `api_versions` for `ApiVersions`.
std::string snake_case(const std::string& name);

}  // namespace schemac
