#include "cli/server_text.h"

#include "cli/json_text.h"

namespace kstream::cli {
namespace {

/// `"name":"text"`, or null for an empty text.
void append_member(std::string_view name, std::string_view text, std::string& out) {
  if (out.back() != '{') out += ',';
  append_json_string(name, out);
  out += ':';
  text.empty() ? void(out += "null") : append_json_string(text, out);
}

void append_json_finding(const ShownFinding& finding, std::string& out) {
  out += '{';
  append_member("level", finding.level, out);
  append_member("where", finding.where, out);
  append_member("name", finding.name, out);
  append_member("text", finding.text, out);
  out += "}\n";
}

void append_json_config(const ShownConfig& config, std::string& out) {
  out += '{';
  append_member("name", config.name, out);
  out += ",\"value\":";
  config.value ? append_json_string(*config.value, out) : void(out += "null");
  append_member("source", config.source, out);
  out += std::string(",\"effect\":") + (config.has_effect ? "true" : "false") +
         ",\"secret\":" + (config.is_secret ? "true" : "false");
  append_member("doc", config.doc, out);
  out += "}\n";
}

}  // namespace

std::string findings_text(std::span<const ShownFinding> findings, bool json) {
  std::string out;
  for (const auto& finding : findings) {
    if (json) {
      append_json_finding(finding, out);
    } else {
      if (!finding.where.empty()) out += std::string(finding.where) + ": ";
      out += std::string(finding.level) + ": " + std::string(finding.text) + '\n';
    }
  }
  return out;
}

std::string configs_text(std::span<const ShownConfig> configs, OutputFormat format, bool color) {
  std::string out;
  Table table{{"name", "value", "source", "effect"}, {}};
  for (const auto& config : configs) {
    if (format == OutputFormat::json) {
      append_json_config(config, out);
      continue;
    }
    table.rows.push_back({std::string(config.name),
                          config.is_secret ? "(secret)" : std::string(config.value.value_or("")),
                          std::string(config.source), config.has_effect ? "yes" : "no"});
  }
  if (format != OutputFormat::json) append_table(table, format, color, out);
  return out;
}

}  // namespace kstream::cli
