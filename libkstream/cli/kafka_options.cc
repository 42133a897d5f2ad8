#include "cli/kafka_options.h"

#include "cli/invalid.h"
#include "cli/number.h"

#include <algorithm>
#include <cstdint>

namespace kstream::cli {
namespace {

constexpr KafkaOption kCommon[] = {{"help", "", "Print usage information."},
                                   {"version", "", "Display kstream's version."}};

const KafkaOption* find(std::span<const KafkaOption> table, std::string_view name) {
  for (auto options : {table, std::span<const KafkaOption>(kCommon)}) {
    auto lettered = std::ranges::find(options, name.size() == 1 ? name[0] : '\0', &KafkaOption::letter);
    if (name.size() == 1 && lettered != options.end()) return &*lettered;
    auto at = std::ranges::find(options, name, &KafkaOption::name);
    if (at != options.end()) return &*at;
  }
  return nullptr;
}

}  // namespace

Result<KafkaOptions> KafkaOptions::parse(std::span<const KafkaOption> table, std::span<const std::string> words) {
  KafkaOptions options;
  options.table_ = table;
  options.empty_ = words.empty();
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word == "--") break;
    if (!word.starts_with('-') || word.size() == 1) {  // Kafka passes over it, too
      options.words_.emplace_back(word);
      continue;
    }
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    auto equals = word.find('=');
    auto name = word.substr(0, equals);
    const KafkaOption* option = find(table, name);
    if (!option) return invalid(std::string(name) + " is not a recognized option");
    std::string value;
    if (option->optional) {
      const bool follows = i + 1 < words.size() && !words[i + 1].starts_with('-');
      if (equals != std::string_view::npos)
        value = word.substr(equals + 1);
      else if (follows)
        value = words[++i];
    } else if (!option->argument.empty()) {
      if (equals == std::string_view::npos && i + 1 == words.size())
        return invalid("Option " + std::string(name) + " requires an argument");
      value = equals == std::string_view::npos ? words[++i] : std::string(word.substr(equals + 1));
    }
    options.given_.emplace_back(option->name, std::move(value));
  }
  return options;
}

bool KafkaOptions::has(std::string_view name) const {
  return std::ranges::any_of(given_, [&](const auto& given) { return given.first == name; });
}

std::optional<std::string> KafkaOptions::value(std::string_view name) const {
  for (const auto& [given, text] : given_) {
    if (given == name) return text;
  }
  return {};
}

std::vector<std::string> KafkaOptions::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [given, text] : given_) {
    if (given == name) values.push_back(text);
  }
  return values;
}

Status KafkaOptions::check_values() const {
  for (const KafkaOption& option : table_) {
    auto values = all(option.name);
    if (values.size() > 1 && !option.repeatable && !option.argument.empty())
      return invalid("Found multiple arguments for option " + std::string(option.name) +
                     ", but you asked for only one");
    for (const auto& text : values) {
      if (option.integer && !parse_number<std::int32_t>(text))
        return invalid("Cannot parse argument '" + text + "' of option " + std::string(option.name));
    }
  }
  return {};
}

std::string kafka_usage(std::span<const KafkaOption> table) {
  std::vector<KafkaOption> all(table.begin(), table.end());
  all.insert(all.end(), std::begin(kCommon), std::end(kCommon));
  std::ranges::sort(all, {}, &KafkaOption::name);
  constexpr std::size_t kIndent = 44;
  std::string text = "Option";
  text += std::string(kIndent - text.size(), ' ') + "Description\n";
  for (const KafkaOption& option : all) {
    std::string left = "--" + std::string(option.name);
    if (!option.argument.empty())
      left += (option.optional ? " [" : " <") + std::string(option.argument) + (option.optional ? ']' : '>');
    left += left.size() < kIndent ? std::string(kIndent - left.size(), ' ') : '\n' + std::string(kIndent, ' ');
    text += left + std::string(option.help) + '\n';
  }
  return text;
}

}  // namespace kstream::cli
