#include "cli/help.h"

#include <algorithm>
#include <cstddef>

namespace kstream::cli {
namespace {

constexpr std::size_t kIndent = 30, kWidth = 100;

std::string names(const FlagRow& row) {
  std::string text = row.letter ? std::string{' ', ' ', '-', row.letter} : std::string(4, ' ');
  if (!row.name.empty()) text += (row.letter ? ", --" : "  --") + std::string(row.name);
  if (!row.argument.empty()) text += ' ' + std::string(row.argument);
  return text;
}

/// The verbs that have the flag, if not all of the program's do.
std::string only_for(const Program& program, const FlagRow& row) {
  std::string text;
  bool all = true;
  for (const Verb& verb : program.verbs) {
    bool has = (row.where & verb.where) != 0;
    all = all && has;
    if (has) text += (text.empty() ? "" : ", ") + std::string(verb.name);
  }
  return all ? "" : text + ": ";
}

void append_wrapped(std::string left, std::string_view text, std::string& out) {
  left += left.size() + 2 > kIndent ? "\n" + std::string(kIndent, ' ') : std::string(kIndent - left.size(), ' ');
  out += left;
  std::size_t column = kIndent;
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column + word.size() > kWidth) {
      out += '\n' + std::string(kIndent, ' ');
      column = kIndent;
    }
    out += word;
    column += word.size() + 1;
    if (!text.empty() && column + text.substr(0, text.find(' ')).size() <= kWidth) out += ' ';
  }
  out += '\n';
}

/// Up to the first full stop that ends a sentence.
std::string_view first_sentence(std::string_view text) {
  auto end = text.find(". ");
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string examples(const Program& program) {
  std::string lines = "Examples:\n";
  for (auto rest = program.examples; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
    lines += "  " + std::string(rest.substr(0, rest.find('\n') + 1));
  }
  return lines + '\n';
}

std::string help(const Program& program, bool in_full) {
  std::string out, lead = "usage: ";
  for (const Verb& verb : program.verbs) {
    out += lead + std::string(program.name);
    bool optional = program.verb_optional && &verb == program.verbs.data();
    if (!verb.name.empty()) out += (optional ? " [" : " ") + std::string(verb.name) + (optional ? "]" : "");
    if (!verb.arguments.empty()) out += ' ' + std::string(verb.arguments);
    out += " [FLAG...]\n";
    lead = "       ";
  }
  out += '\n' + std::string(program.summary) + "\n\n";
  if (in_full) out += examples(program);
  for (const FlagRow& row : flag_rows()) {
    if ((row.where & program.where()) == 0) continue;
    append_wrapped(names(row), only_for(program, row) + std::string(in_full ? row.help : first_sentence(row.help)),
                   out);
  }
  return out;
}

}  // namespace

std::string short_help(const Program& program) {
  return help(program, false) + "\nMore: " + std::string(program.name) + " --help, man " + std::string(program.name) +
         '\n';
}

std::string long_help(const Program& program) {
  return help(program, true) +
         "\nExit status: 0 done, 1 failed or only partly done, 2 usage or configuration (nothing was sent), 3 not "
         "found,\n"
         "4 already there, 5 no broker or a deadline passed, 6 denied, 7 the answer is no.\n\nAll of it: man " +
         std::string(program.name) + '\n';
}

std::string kstream_version() { return KSTREAM_VERSION; }

std::string version_line(const Program& program) { return std::string(program.name) + ' ' + kstream_version() + '\n'; }

}  // namespace kstream::cli
