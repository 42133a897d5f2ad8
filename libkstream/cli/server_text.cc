#include "cli/server_text.h"

#include "cli/json_object.h"

#include <algorithm>

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
    member(object, "source", config.source).boolean("effect", config.has_effect).boolean("sensitive", config.is_secret);
    member(object, "documentation", config.doc);
  }
  out += '\n';
}

void append_json_directory(const ShownDirectory& directory, std::string& out) {
  {
    JsonObject object(out);
    object.text("path", directory.path).text("state", directory.state).boolean("metadata", directory.has_metadata_log);
    directory.node_id ? object.number("node", *directory.node_id) : object.null("node");
    member(object, "cluster", directory.cluster_id);
    member(object, "id", directory.directory_id);
    member(object, "problem", directory.problem);
  }
  out += '\n';
}

}  // namespace

std::string findings_text(std::span<const ShownFinding> findings, std::optional<OutputFormat> format, bool color) {
  std::string out;
  Table table{{"level", "where", "name", "text"}, {}};
  for (const auto& finding : findings) {
    if (format == OutputFormat::json) {
      append_json_finding(finding, out);
    } else if (format) {
      table.rows.push_back({std::string(finding.level), std::string(finding.where), std::string(finding.name),
                            std::string(finding.text)});
    } else {
      if (!finding.where.empty()) out += std::string(finding.where) + ": ";
      out += std::string(finding.level) + ": " + std::string(finding.text) + '\n';
    }
  }
  if (format && format != OutputFormat::json) append_table(table, *format, color, out);
  return out;
}

std::string directories_text(std::span<const ShownDirectory> directories, OutputFormat format, bool color) {
  std::string out;
  Table table{{"path", "state", "metadata", "node", "cluster", "id", "problem"}, {}};
  for (const auto& directory : directories) {
    if (format == OutputFormat::json) {
      append_json_directory(directory, out);
      continue;
    }
    table.rows.push_back(
        {std::string(directory.path), std::string(directory.state), directory.has_metadata_log ? "yes" : "no",
         directory.node_id ? std::to_string(*directory.node_id) : "", std::string(directory.cluster_id),
         std::string(directory.directory_id), std::string(directory.problem)});
  }
  if (format != OutputFormat::json) append_table(table, format, color, out);
  return out;
}

std::string status_csv(std::string_view lines) {
  Table table{{"name", "value"}, {}};
  while (!lines.empty()) {
    auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    auto tab = line.find('\t');
    table.rows.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
  }
  std::string out;
  append_table(table, OutputFormat::csv, false, out);
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
