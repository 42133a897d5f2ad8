#include "cli/server_text.h"

#include "cli/json_object.h"

namespace kstream::cli {
namespace {

/// An empty text is null.
JsonObject& member(JsonObject& object, std::string_view name, std::string_view text) {
  return text.empty() ? object.null(name) : object.text(name, text);
}

void append_json_finding(const ShownFinding& finding, std::string& out) {
  {
    JsonObject object(out);
    member(object, "level", finding.level);
    member(object, "where", finding.where);
    member(object, "name", finding.name);
    member(object, "text", finding.text);
  }
  out += '\n';
}

void append_json_config(const ShownConfig& config, std::string& out) {
  {
    JsonObject object(out);
    member(object, "name", config.name);
    config.value ? object.text("value", *config.value) : object.null("value");
    member(object, "source", config.source).boolean("effect", config.has_effect).boolean("secret", config.is_secret);
    member(object, "doc", config.doc);
  }
  out += '\n';
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
