#include "base/config/effective.h"

#include "base/config/value.h"

namespace kstream::config {
namespace {

Effective effective(const Row& row, const Values& overrides, const Values& broker, const Values& cluster_wide,
                    const Values& own) {
  if (auto set = overrides.find(row.name); set != overrides.end()) return {&row, set->second, Source::dynamic_topic};
  if (auto value = value_of_synonyms(row, own)) return {&row, std::move(value), Source::dynamic_broker};
  if (auto value = value_of_synonyms(row, cluster_wide))
    return {&row, std::move(value), Source::dynamic_default_broker};
  if (auto value = value_of_synonyms(row, broker)) return {&row, std::move(value), Source::static_broker};
  Effective unset{&row, std::nullopt, Source::default_value};
  if (row.default_value) unset.value = std::string(*row.default_value);
  return unset;
}

}  // namespace

std::vector<Effective> effective_topic_configs(const Values& overrides, const Values& broker,
                                               const Values& cluster_wide, const Values& own) {
  std::vector<Effective> all;
  for (const Row& row : topic_rows()) {
    auto config = effective(row, overrides, broker, cluster_wide, own);
    if (!row.internal || config.source != Source::default_value) all.push_back(std::move(config));
  }
  return all;
}

}  // namespace kstream::config
