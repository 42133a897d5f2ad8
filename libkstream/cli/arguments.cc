#include "cli/arguments.h"

#include "cli/invalid.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace kstream::cli {
namespace {

/// Stands, while CLI11 parses, behind a word that it would take for something else.
constexpr char kMark = '\x01';

/// `--flag=`, whose value it would take from the next word; `[a,b]`, of which it would make the words a and b; and what
/// ends as if it were marked.
bool wants_mark(const std::string& word) {
  const bool no_value = word.starts_with("--") && word.find('=') == word.size() - 1;
  return no_value || (word.starts_with('[') && word.ends_with(']')) || word.ends_with(kMark);
}

std::string without_mark(std::string text) {
  if (text.ends_with(kMark)) text.pop_back();
  return text;
}

/// `-X`, and `--override`; empty if there is none.
std::string letter_of(const FlagRow& row) { return row.letter ? std::string{'-', row.letter} : std::string(); }
std::string name_of(const FlagRow& row) { return row.name.empty() ? std::string() : "--" + std::string(row.name); }

/// The programs that have a flag of this letter or name, for a hint; empty if none has.
std::string programs_with(std::string_view flag) {
  std::string having;
  for (const Program* program : programs()) {
    bool has = std::any_of(flag_rows().begin(), flag_rows().end(), [&](const FlagRow& row) {
      bool same = flag.size() == 2 ? row.letter == flag[1] : !row.name.empty() && flag.substr(2) == row.name;
      return same && (row.where & program->where()) != 0;
    });
    if (!has) continue;
    if (!having.empty()) having += ", ";
    having += program->name;
  }
  return having;
}

}  // namespace

/// One command line on its way through CLI11, read as one of the verb `where`: it has the letters and names that
/// several flags of the program share.
class ArgumentParser {
 public:
  ArgumentParser(const Program& program, Where where)
      : program_(program), where_(where), options_(flag_rows().size(), nullptr) {
    app_.set_help_flag();
    app_.allow_extras();
    for (const bool of_verb : {true, false}) {
      for (const FlagRow& row : flag_rows()) {
        if ((row.where & program.where()) == 0 || ((row.where & where) != 0) != of_verb) continue;
        options_[static_cast<std::size_t>(row.flag)] = add(row);
      }
    }
    words_ = app_.add_option("words")->expected(0, 1 << 20)->allow_extra_args(true);
    words_->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  Result<Arguments> parse(std::span<const std::string> words) {
    try {
      app_.parse(prepared(words));
    } catch (const CLI::ParseError& error) {
      return explain(error);
    }
    for (const auto& rest : app_.remaining()) {
      if (rest != "--") return unknown(rest);
    }
    Arguments arguments;
    for (const FlagRow& row : flag_rows()) {
      auto& values = arguments.values_.emplace_back();
      const CLI::Option* option = option_of(row);
      if (!option) continue;
      for (const auto& value : option->results()) values.push_back(without_mark(value));
      bool no_value = std::all_of(values.begin(), values.end(), [](const auto& value) { return value == "true"; });
      if (row.argument.empty() && !no_value) return invalid(as_typed(row) + " takes no value");
    }
    for (const auto& word : words_->results()) arguments.words_.push_back(without_mark(word));
    arguments.verb_ = &program_.verbs.front();
    if (arguments.has(Flag::short_help) || arguments.has(Flag::help) || arguments.has(Flag::version)) return arguments;
    const auto dashes = std::ranges::find(words, "--");
    const auto behind = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, words.end() - dashes - 1));
    arguments.ends_in_dashes_ = dashes != words.end() && behind == 0;
    const bool no_verb = program_.verb_optional && arguments.words_.size() == behind;
    if (auto found = take_verb(arguments, no_verb); !found) return found.error();
    if (arguments.verb_->where != where_) return ArgumentParser(program_, arguments.verb_->where).parse(words);
    if (auto checked = check_verb(arguments); !checked) return checked.error();
    return arguments;
  }

 private:
  /// Under its letter and name, as far as no other flag has them yet; null if that leaves nothing.
  CLI::Option* add(const FlagRow& row) {
    std::string names;
    for (const auto& name : {letter_of(row), name_of(row)}) {
      if (name.empty() || app_.get_option_no_throw(name)) continue;
      names += (names.empty() ? "" : ",") + name;
    }
    if (names.empty()) return nullptr;
    if (row.argument.empty()) return app_.add_flag(names)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return app_.add_option(names)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  }

  CLI::Option* option_of(const FlagRow& row) const { return options_[static_cast<std::size_t>(row.flag)]; }

  /// What stands for a flag that is there: its letter, if it has it.
  std::string as_typed(const FlagRow& row) const {
    return row.letter && option_of(row)->check_name(letter_of(row)) ? letter_of(row) : name_of(row);
  }

  /// The words as CLI11 wants them: the last first, and marked where that is necessary.
  static std::vector<std::string> prepared(std::span<const std::string> words) {
    std::vector<std::string> reversed(words.begin(), words.end());
    for (auto& word : reversed) {
      if (wants_mark(word)) word += kMark;
    }
    std::reverse(reversed.begin(), reversed.end());
    return reversed;
  }

  Error explain(const CLI::ParseError& error) const {
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
      for (const FlagRow& row : flag_rows()) {
        const CLI::Option* option = option_of(row);
        if (!option || row.argument.empty() || std::string(error.what()).find(option->get_name() + ":") != 0) continue;
        if (row.flag == Flag::until)
          return invalid(
              "-u wants a position: --until POSITION (output is never held back, so kcat's -u is not needed)");
        return invalid(as_typed(row) + " wants a value: " + as_typed(row) + ' ' + std::string(row.argument));
      }
    }
    return invalid(error.what());
  }

  Error unknown(const std::string& word) const {
    auto flag = word.substr(0, word.starts_with("--") ? word.find('=') : 2);
    std::string text = std::string(program_.name) + " has no " + flag;
    if (program_.where() == kConsume && flag == "-c") return invalid(text + ": the number of records is -n N");
    if (program_.where() == kConsume && flag == "-s")
      return invalid(text + ": decode with a template, as in -f '%{s:be32}\\n'");
    for (const Verb& verb : program_.verbs) {
      if (!verb.name.empty() && flag.substr(2) == verb.name)
        return invalid(text + ": say " + std::string(program_.name) + ' ' + std::string(verb.name));
    }
    if (auto having = programs_with(flag); !having.empty()) return invalid(text + "; it is a flag of " + having);
    if (auto meaning = flag.size() == 2 ? letter_meaning(flag[1]) : ""; !meaning.empty()) {
      return invalid(text + ", which stands for " + std::string(meaning) + ", yet");
    }
    return invalid(text + "; see " + std::string(program_.name) + " -h");
  }

  /// Finds the verb among the words, unless all of them stand behind `--`.
  Status take_verb(Arguments& arguments, bool no_verb) const {
    if (program_.has_verbs() && !no_verb) {
      std::string verbs;
      for (const Verb& verb : program_.verbs) verbs += (verbs.empty() ? "" : ", ") + std::string(verb.name);
      if (arguments.words_.empty())
        return invalid("what shall be done: " + verbs + "? See " + std::string(program_.name) + " -h");
      auto found = std::find_if(program_.verbs.begin(), program_.verbs.end(),
                                [&](const Verb& verb) { return verb.name == arguments.words_.front(); });
      if (found == program_.verbs.end())
        return invalid("unknown word '" + arguments.words_.front() + "': there are " + verbs);
      arguments.verb_ = &*found;
      arguments.words_.erase(arguments.words_.begin());
    }
    return {};
  }

  /// Sees that the verb has the flags and words that are there.
  Status check_verb(const Arguments& arguments) const {
    auto verb = std::string(program_.name) + ' ' + std::string(arguments.verb_->name);
    for (const FlagRow& row : flag_rows()) {
      if (!arguments.has(row.flag) || (row.where & arguments.verb_->where) != 0) continue;
      return invalid(as_typed(row) + " is not for " + verb);
    }
    if (arguments.verb_->arguments.empty() && !arguments.words_.empty())
      return invalid(verb + " takes flags only, not '" + arguments.words_.front() + "'");
    return {};
  }

  const Program& program_;
  const Where where_;
  CLI::App app_;
  std::vector<CLI::Option*> options_;  ///< by Flag
  CLI::Option* words_;
};

Result<Arguments> parse_arguments(const Program& program, std::span<const std::string> words) {
  return ArgumentParser(program, program.verbs.front().where).parse(words);
}

}  // namespace kstream::cli
