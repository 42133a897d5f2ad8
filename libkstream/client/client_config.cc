#include <kstream/client_config.h>

#include "base/assert.h"
#include "base/config/suggest.h"
#include "base/config/value.h"
#include "client/property_rows.h"

#include <vector>

namespace kstream {
namespace {

using client::find_property;

Error invalid(std::string detail) { return {ErrorCode::invalid_config, std::move(detail)}; }

Error without_effect(const config::Row& row) {
  std::string detail = std::string(row.name) + " has no effect in this release";
  if (row.default_value) detail += " and must be left at its default, " + std::string(*row.default_value);
  if (!row.doc.empty()) detail += ". " + std::string(row.doc);
  return invalid(std::move(detail));
}

}  // namespace

Status ClientConfig::set(std::string_view name, std::string_view value) {
  const config::Row* row = find_property(name);
  if (!row) return invalid(config::unknown_name(name, client::property_rows()));
  if (row->effect == config::Effect::refused && !config::is_default(*row, value)) return without_effect(*row);
  if (Status status = config::check_value(*row, value); !status) return status;
  values_.insert_or_assign(std::string(name), std::string(value));
  return {};
}

bool ClientConfig::knows(std::string_view name) { return find_property(name) != nullptr; }

std::string_view ClientConfig::get(std::string_view name) const {
  if (const auto found = values_.find(name); found != values_.end()) return found->second;
  const config::Row* row = find_property(name);
  return row && row->default_value ? *row->default_value : std::string_view();
}

std::int64_t ClientConfig::number(std::string_view name) const {
  const auto value = config::parse_integer(get(name));
  KS_ASSERT(value);
  return *value;
}

bool ClientConfig::flag(std::string_view name) const {
  const auto value = config::parse_boolean(get(name));
  KS_ASSERT(value);
  return *value;
}

std::span<const ClientConfig::Property> ClientConfig::properties() {
  static const std::vector<Property> kProperties = [] {
    std::vector<Property> properties;
    for (const config::Row& row : client::property_rows()) {
      if (row.effect != config::Effect::obeyed) continue;
      const bool boolean = row.type == config::Type::boolean;
      properties.push_back({row.name, *row.default_value, boolean ? "true|false" : row.valid.choices, row.doc});
    }
    return properties;
  }();
  return kProperties;
}

}  // namespace kstream
