#include "cli/completion.h"

#include "cli/arguments.h"
#include "cli/client_settings.h"
#include "cli/config_file.h"
#include "cli/output.h"

#include <kstream/admin.h>
#include <kstream/known_configs.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>

namespace kstream::cli {
namespace {

constexpr std::chrono::milliseconds kPatience(250);
constexpr suseconds_t kDeadlineUs = 300'000;
constexpr std::time_t kCacheSeconds = 30;

void end_at_deadline() {
  std::signal(SIGALRM, [](int) { _exit(0); });
  itimerval timer{{0, 0}, {0, kDeadlineUs}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

/// Of what is typed, the flags that say which cluster; the rest may be unfinished, and is passed over.
std::vector<std::string> cluster_flags(std::span<const std::string> words) {
  std::vector<std::string> flags;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (Flag flag : {Flag::bootstrap_server, Flag::profile, Flag::command_config, Flag::property}) {
      const FlagRow& row = flag_rows()[static_cast<std::size_t>(flag)];
      std::string letter{'-', row.letter}, name = "--" + std::string(row.name);
      if ((words[i] == letter || words[i] == name) && i + 1 < words.size()) {
        flags.insert(flags.end(), {letter, words[i + 1]});
      } else if (words[i].starts_with(name + '=') || (words[i].starts_with(letter) && words[i].size() > 2)) {
        flags.push_back(words[i]);
      }
    }
  }
  return flags;
}

/// Where the names of this cluster's topics are kept; empty without $XDG_RUNTIME_DIR.
std::string cache_path(std::string_view brokers) {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (!runtime || !*runtime) return {};
  std::string path = std::string(runtime) + "/kstream/topics-";
  for (char c : brokers) path += c == '/' ? '_' : c;
  return path;
}

bool is_fresh(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && std::time(nullptr) - status.st_mtime < kCacheSeconds;
}

void keep(const std::string& path, std::string_view text) {
  ::mkdir(path.substr(0, path.rfind('/')).c_str(), 0700);
  std::string part = path + '.' + std::to_string(::getpid());
  int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return;
  bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!whole || ::rename(part.c_str(), path.c_str()) != 0) ::unlink(part.c_str());
}

/// The topics' names, a line each; empty at any fault.
std::string topic_lines(const Program& program, std::span<const std::string> words) {
  auto flags = cluster_flags(words);
  flags.push_back("-q");
  if (program.has_verbs()) flags.insert(flags.begin(), std::string(program.verbs.front().name));
  Console silent(program.name, false);
  silent.set_quiet(true);
  auto arguments = parse_arguments(program, flags);
  if (!arguments) return {};
  auto settings = make_client_settings(*arguments, silent);
  if (!settings) return {};
  auto path = cache_path(settings->config.get("bootstrap.servers"));
  if (!path.empty() && is_fresh(path)) {
    auto kept = read_file(path);
    return kept ? *kept : "";
  }
  auto admin = Admin::create(settings->config);
  if (!admin) return {};
  auto listed = admin->list_topics(kPatience);
  if (!listed) return {};
  std::string lines;
  for (const auto& topic : *listed) {
    if (!topic.internal) lines += topic.name + '\n';
  }
  if (!path.empty()) keep(path, lines);
  return lines;
}

/// What stands between the bars.
std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    words.push_back(text.substr(0, text.find('|')));
    text.remove_prefix(std::min(text.size(), words.back().size() + 1));
  }
  return words;
}

std::string profile_lines() {
  std::string lines;
  for (const auto& name : profile_names()) lines += name + '\n';
  return lines;
}

/// The verb that is typed; null if none is yet.
const Verb* typed_verb(const Program& program, std::span<const std::string> words) {
  auto at = std::ranges::find_if(program.verbs,
                                 [&](const Verb& verb) { return std::ranges::find(words, verb.name) != words.end(); });
  return at == program.verbs.end() ? nullptr : &*at;
}

/// What this flag is at the verb that is typed, or is meant without one; else elsewhere in the program; null if
/// nothing.
const FlagRow* find_flag(const Program& program, std::string_view flag, std::span<const std::string> words) {
  const Verb* verb = typed_verb(program, words);
  for (std::uint32_t where : {std::uint32_t{(verb ? *verb : program.verbs.front()).where}, program.where()}) {
    for (const FlagRow& row : flag_rows()) {
      bool same = flag == std::string{'-', row.letter} || (!row.name.empty() && flag == "--" + std::string(row.name));
      if (same && (row.where & where) != 0) return &row;
    }
  }
  return nullptr;
}

/// The flags of the verb that is typed; before that, of the program.
std::string flag_lines(const Program& program, std::span<const std::string> words) {
  const Verb* verb = typed_verb(program, words);
  const std::uint32_t where = verb ? verb->where : program.where();
  std::string lines;
  for (const FlagRow& row : flag_rows()) {
    if ((row.where & where) == 0) continue;
    auto help = row.help.substr(0, row.help.find(". "));
    if (row.letter) lines += std::string{'-', row.letter, '\t'} + std::string(help) + '\n';
    if (!row.name.empty()) lines += "--" + std::string(row.name) + '\t' + std::string(help) + '\n';
  }
  return lines;
}

using Names = std::vector<std::string_view>;

/// Each name with `behind`.
std::string name_lines(const Names& names, std::string_view behind) {
  std::string lines;
  for (auto name : names) lines += std::string(name) + std::string(behind) + '\n';
  return lines;
}

/// Those of the clients that -X takes.
Names client_properties() {
  Names names;
  for (const auto& property : ClientConfig::properties()) {
    if (!is_secret(property.name)) names.push_back(property.name);
  }
  return names;
}

/// Names of topic configs, each with `behind`; once PREFIX has a name and a `=`, what its value may be.
std::string topic_config_lines(std::string_view prefix, std::string_view behind) {
  std::string lines;
  for (const KnownConfig& config : known_topic_configs()) {
    std::string setting = std::string(config.name) + '=';
    if (!prefix.starts_with(setting)) {
      lines += std::string(config.name) + std::string(behind) + '\n';
      continue;
    }
    for (auto value : split_words(config.choices)) lines += setting + std::string(value) + '\n';
    if (config.choices.empty() && config.default_value) lines += setting + std::string(*config.default_value) + '\n';
  }
  return lines;
}

std::string value_lines(const Program& program, std::string_view flag, std::string_view prefix,
                        std::span<const std::string> words, ServerConfigs server_configs) {
  const FlagRow* row = find_flag(program, flag, words);
  if (!row) return {};
  if (row->values == "@topics") return topic_lines(program, words);
  if (row->values == "@profiles") return profile_lines();
  if (row->values == "@properties") return name_lines(client_properties(), "=");
  if (row->values == "@overrides") return name_lines(server_configs(), "=");
  if (row->values == "@configs") return topic_config_lines(prefix, "");
  if (row->values == "@settings") return topic_config_lines(prefix, "=");
  return name_lines(split_words(row->values), "");
}

std::string verb_lines(const Program& program) {
  Names names;
  for (const Verb& verb : program.verbs) names.push_back(verb.name);
  return name_lines(names, "");
}

/// What a word that is no flag may be: a verb, if none is there yet; a topic, if the verb takes any; behind kproduce's
/// topic, `kserver dump` and `verify` a file; behind `kserver config`, and `ktopics config` with its topic, a config.
std::string word_lines(const Program& program, std::string_view prefix, std::span<const std::string> words,
                       ServerConfigs server_configs) {
  auto parsed = parse_arguments(program, words);
  bool topic_typed = parsed && (!parsed->words().empty() || parsed->has(Flag::topic));
  if (program.has_verbs()) {
    const Verb* verb = typed_verb(program, words);
    if (!verb) return verb_lines(program);
    if ((verb->where & kServerFiles) != 0) return "@files\n";
    if (verb->where == kServerConfig) return name_lines(server_configs(), "");
    if (verb->where == kTopicsConfig && topic_typed) return topic_config_lines(prefix, "");
    return (verb->where & kTopics) != 0 ? topic_lines(program, words) : "";
  }
  return program.where() == kProduce && topic_typed ? "@files\n" : topic_lines(program, words);
}

}  // namespace

void complete(const Program& program, std::span<const std::string> words, ServerConfigs server_configs) {
  end_at_deadline();
  if (int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC); null >= 0) ::dup2(null, STDERR_FILENO);
  if (words.size() < 2) return;
  const std::string &what = words[0], &prefix = words[1];
  auto typed = words.subspan(2);
  std::string lines = what == "flags"    ? flag_lines(program, typed)
                      : what == "topics" ? topic_lines(program, typed)
                      : what == "words"  ? word_lines(program, prefix, typed, server_configs)
                                         : value_lines(program, what, prefix, typed, server_configs);
  std::string fitting;
  for (std::size_t at = 0; at < lines.size();) {
    auto line = std::string_view(lines).substr(at, lines.find('\n', at) + 1 - at);
    if (line.starts_with(prefix) || line.starts_with('@')) fitting += line;
    at += line.size();
  }
  write_stdout(fitting);
  _exit(0);
}

}  // namespace kstream::cli
