#include "base/config/described.h"

#include "base/config/value.h"

#include <set>

namespace kstream::config {
namespace {

using Names = std::vector<std::string_view>;

Names synonyms_of(const Row& row) {
  Names names;
  for (const Synonym& synonym : row.synonyms) {
    if (!synonym.name.empty()) names.push_back(synonym.name);
  }
  return names;
}

void add_given(const Names& names, const Values& values, Source source, std::vector<GivenValue>& given) {
  for (std::string_view name : names) {
    if (auto set = values.find(name); set != values.end()) given.push_back({std::string(name), set->second, source});
  }
}

/// What the broker's configs of these names have, the strongest layer first; within a layer in the order of the names.
/// A default under another name than the first says nothing where nothing is set, and is left out as in Kafka.
std::vector<GivenValue> given_to_broker(const Names& names, const BrokerLayers& broker) {
  std::vector<GivenValue> given;
  add_given(names, broker.dynamic, Source::dynamic_broker, given);
  add_given(names, broker.dynamic_default, Source::dynamic_default_broker, given);
  add_given(names, broker.fixed, Source::static_broker, given);
  for (std::string_view name : names) {
    const Row* row = find_row(broker_rows(), name);
    if (!row || !row->default_value || (given.empty() && name != names.front())) continue;
    given.push_back({std::string(name), std::string(*row->default_value), Source::default_value});
  }
  return given;
}

/// The value and its source, by what was given. A synonym may be in another unit than the config itself.
Described described(std::string_view name, const Row& row, std::vector<GivenValue> given) {
  Described config{std::string(name), &row, std::nullopt, Source::default_value, std::move(given)};
  if (row.default_value) config.value = std::string(*row.default_value);
  if (!config.given.empty() && config.given.front().source != Source::default_value) {
    const GivenValue& holds = config.given.front();
    config.source = holds.source;
    config.value = holds.name == name || holds.name == row.name
                       ? holds.value
                       : value_of_synonyms(row, Values{{holds.name, *holds.value}});
  }
  if (config.sensitive()) {
    config.value.reset();
    for (GivenValue& value : config.given) value.value.reset();
  }
  return config;
}

Described unknown(const std::string& name, Source source) {
  return {name, nullptr, std::nullopt, source, {{name, std::nullopt, source}}};
}

}  // namespace

std::vector<Described> describe_topic(const Values& overrides, const BrokerLayers& broker) {
  std::vector<Described> all;
  for (const Row& row : topic_rows()) {
    auto set = overrides.find(row.name);
    if (row.internal && set == overrides.end()) continue;
    auto given = given_to_broker(synonyms_of(row), broker);
    if (set != overrides.end()) given.insert(given.begin(), {set->first, set->second, Source::dynamic_topic});
    all.push_back(described(row.name, row, std::move(given)));
  }
  return all;
}

std::vector<Described> describe_broker(const BrokerLayers& broker) {
  std::vector<Described> all;
  for (const Row& row : broker_rows()) {
    auto names = synonyms_of(row);
    names.insert(names.begin(), row.name);
    auto config = described(row.name, row, given_to_broker(names, broker));
    if (!row.internal || config.source != Source::default_value) all.push_back(std::move(config));
  }
  std::set<std::string_view> told;
  auto add_unknown = [&](const Values& values, Source source) {
    for (const auto& [name, value] : values) {
      if (find_row(broker_rows(), name) || !told.insert(name).second) continue;
      const Row* row = find_broker_row(name);
      all.push_back(row ? described(name, *row, given_to_broker({name, row->name}, broker)) : unknown(name, source));
    }
  };
  add_unknown(broker.dynamic, Source::dynamic_broker);
  add_unknown(broker.dynamic_default, Source::dynamic_default_broker);
  add_unknown(broker.fixed, Source::static_broker);
  return all;
}

std::vector<Described> describe_broker_defaults(const Values& dynamic_default) {
  std::vector<Described> all;
  for (const auto& [name, value] : dynamic_default) {
    const Row* row = find_broker_row(name);
    all.push_back(row ? described(name, *row, {{name, value, Source::dynamic_default_broker}})
                      : unknown(name, Source::dynamic_default_broker));
  }
  return all;
}

}  // namespace kstream::config
