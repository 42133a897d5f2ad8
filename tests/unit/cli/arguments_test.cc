#include "cli/arguments.h"

#include "cli/help.h"

#include <kstream/client_config.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace kstream::cli {
namespace {

using Words = std::vector<std::string>;

Arguments parsed(const Program& program, const Words& words) {
  auto arguments = parse_arguments(program, words);
  EXPECT_TRUE(arguments.ok()) << (arguments.ok() ? "" : arguments.error().detail);
  return arguments ? *arguments : Arguments{};
}

std::string refused(const Program& program, const Words& words) {
  auto arguments = parse_arguments(program, words);
  return arguments ? "accepted" : arguments.error().detail;
}

Words all(const Arguments& arguments, Flag flag) { return {arguments.all(flag).begin(), arguments.all(flag).end()}; }
Words words(const Arguments& arguments) { return {arguments.words().begin(), arguments.words().end()}; }

TEST(Arguments, ValuesTakeTheNextWordWhateverItIs) {
  auto a = parsed(kConsumeProgram, {"orders", "-o", "-15m", "-u", "-1m", "-n", "5", "--format", "%s\n"});
  EXPECT_EQ(words(a), Words{"orders"});
  EXPECT_EQ(a.value(Flag::from), "-15m");
  EXPECT_EQ(a.value(Flag::until), "-1m");
  EXPECT_EQ(a.value(Flag::record_format), "%s\n");
  a = parsed(kConsumeProgram, {"-o-15m", "--until=-1m", "-q", "orders", "-o", "-F"});
  EXPECT_EQ(all(a, Flag::from), (Words{"-15m", "-F"}));
  EXPECT_EQ(a.value(Flag::until), "-1m");
  EXPECT_FALSE(a.has(Flag::follow));
}

TEST(Arguments, EmptyValues) {
  auto a = parsed(kProduceProgram, {"--key=", "orders", "-D", "", "-H", "a="});
  EXPECT_TRUE(a.has(Flag::key));
  EXPECT_EQ(a.value(Flag::key), "");
  EXPECT_EQ(a.value(Flag::delimiter), "");
  EXPECT_EQ(a.value(Flag::header), "a=");
  EXPECT_EQ(words(a), Words{"orders"});
  a = parsed(kProduceProgram, {"-k", "--key=", "--", "--key="});
  EXPECT_EQ(a.value(Flag::key), "--key=");
  EXPECT_EQ(words(a), Words{"--key="});
}

TEST(Arguments, ListsTakeOneWordEach) {
  auto a = parsed(kProduceProgram, {"-H", "a=b", "orders", "-H", "c=[d,e]", "file"});
  EXPECT_EQ(all(a, Flag::header), (Words{"a=b", "c=[d,e]"}));
  EXPECT_EQ(words(a), (Words{"orders", "file"}));
}

TEST(Arguments, BracketsStay) {
  auto a = parsed(kProduceProgram, {"-t", "[a,b]", "[c,d]", "--", "[]", "[x]"});
  EXPECT_EQ(all(a, Flag::topic), Words{"[a,b]"});
  EXPECT_EQ(words(a), (Words{"[c,d]", "[]", "[x]"}));
}

TEST(Arguments, AnyByteMayEndAValue) {
  auto a = parsed(kProduceProgram, {"-K", "\x01", "-D\x01\x01", "--key=\x01", "orders\x01"});
  EXPECT_EQ(a.value(Flag::key_delimiter), "\x01");
  EXPECT_EQ(a.value(Flag::delimiter), "\x01\x01");
  EXPECT_EQ(a.value(Flag::key), "\x01");
  EXPECT_EQ(words(a), Words{"orders\x01"});
}

TEST(Arguments, LettersTogether) {
  auto a = parsed(kProduceProgram, {"-0Zqvv", "orders"});
  EXPECT_TRUE(a.has(Flag::nul));
  EXPECT_TRUE(a.has(Flag::empty_is_null));
  EXPECT_TRUE(a.has(Flag::quiet));
  EXPECT_EQ(a.count(Flag::verbose), 2U);
  EXPECT_FALSE(a.has(Flag::json_input));
}

TEST(Arguments, Verbs) {
  auto a = parsed(kTopicsProgram, {"-b", "h:1", "create", "orders", "-p", "3", "-c", "a=b", "--", "list", "-x"});
  EXPECT_EQ(a.verb().name, "create");
  EXPECT_EQ(words(a), (Words{"orders", "list", "-x"}));
  EXPECT_EQ(a.value(Flag::partition_count), "3");
  EXPECT_EQ(parsed(kTopicsProgram, {"describe", "list"}).verb().name, "describe");
  EXPECT_EQ(refused(kTopicsProgram, {"lst"}),
            "unknown word 'lst': there are list, describe, create, alter, config, delete, offsets, truncate");
  EXPECT_EQ(refused(kTopicsProgram, {"list", "-p", "3"}), "-p is not for ktopics list");
  EXPECT_NE(refused(kTopicsProgram, {}).find("what shall be done"), std::string::npos);
  EXPECT_EQ(refused(kTopicsProgram, {"--list"}), "ktopics has no --list: say ktopics list");
}

TEST(Arguments, AServerIsStartedWithoutAVerbButNotByAMistypedWord) {
  auto a = parsed(kServerProgram, {"-X", "log.dirs=/data", "-c", "f", "--override", "node.id=2"});
  EXPECT_EQ(a.verb().where, kServerRun);
  EXPECT_EQ(all(a, Flag::server_override), (Words{"log.dirs=/data", "node.id=2"}));
  EXPECT_EQ(a.value(Flag::server_config), "f");
  EXPECT_EQ(parsed(kServerProgram, {}).verb().where, kServerRun);
  EXPECT_EQ(parsed(kServerProgram, {"run"}).verb().where, kServerRun);
  EXPECT_EQ(parsed(kServerProgram, {"-X", "run", "-J", "status"}).verb().where, kServerStatus);
  const std::string kServerWords =
      "run, check, config, format, info, status, dump, verify, cluster, brokers, quorum, features";
  EXPECT_EQ(refused(kServerProgram, {"-c", "f", "rnu"}), "unknown word 'rnu': there are " + kServerWords);
  EXPECT_EQ(refused(kServerProgram, {""}), "unknown word '': there are " + kServerWords);
  auto command = parsed(kServerProgram, {"--ephemeral", "--", "status", "-c"});
  EXPECT_EQ(command.verb().where, kServerRun) << "what stands behind -- is no verb";
  EXPECT_EQ(Words(command.words().begin(), command.words().end()), (Words{"status", "-c"}));
  EXPECT_EQ(refused(kServerProgram, {"check", "status"}), "kserver check takes flags only, not 'status'");
  EXPECT_EQ(refused(kServerProgram, {"status", "/data"}), "kserver status takes flags only, not '/data'");
  EXPECT_EQ(refused(kServerProgram, {"-J"}), "-J is not for kserver run");
  EXPECT_EQ(refused(kServerProgram, {"--status"}), "kserver has no --status: say kserver status");
}

TEST(Arguments, ALetterMayMeanSomethingElseAtAnotherVerb) {
  auto a = parsed(kServerProgram, {"cluster", "-X", "a=b", "-q", "-b", "h:1"});
  EXPECT_EQ(a.verb().where, kServerCluster);
  EXPECT_EQ(all(a, Flag::property), Words{"a=b"});
  EXPECT_TRUE(a.has(Flag::quiet));
  EXPECT_FALSE(a.has(Flag::server_override));
  EXPECT_FALSE(a.has(Flag::server_quiet));
  a = parsed(kServerProgram, {"-X", "a=b", "-q", "status"});
  EXPECT_EQ(all(a, Flag::server_override), Words{"a=b"});
  EXPECT_TRUE(a.has(Flag::server_quiet));
  EXPECT_FALSE(a.has(Flag::property));
  EXPECT_EQ(all(parsed(kServerProgram, {"-X", "cluster"}), Flag::server_override), Words{"cluster"});
  EXPECT_EQ(refused(kServerProgram, {"cluster", "-c", "f"}), "-c is not for kserver cluster");
  EXPECT_EQ(refused(kServerProgram, {"cluster", "--override", "a=b"}), "--override is not for kserver cluster");
  EXPECT_EQ(refused(kServerProgram, {"--command-property", "a=b"}), "--command-property is not for kserver run");
  EXPECT_EQ(refused(kServerProgram, {"status", "-b", "h:1"}), "-b is not for kserver status");
  EXPECT_EQ(refused(kServerProgram, {"info", "-q"}), "-q is not for kserver info");
  EXPECT_EQ(refused(kServerProgram, {"quorum", "-X"}), "-X wants a value: -X NAME=VALUE");
}

TEST(Arguments, ACommandKeepsItsFlags) {
  auto a =
      parsed(kServerProgram, {"run", "--ephemeral", "-X", "a=b", "--", "cmd", "-q", "--x=", "", "--", "-h", "run"});
  EXPECT_TRUE(a.has(Flag::ephemeral));
  EXPECT_EQ(words(a), (Words{"cmd", "-q", "--x=", "", "--", "-h", "run"}));
}

TEST(Arguments, HelpNeedsNothingElse) {
  EXPECT_TRUE(parsed(kTopicsProgram, {"-h"}).has(Flag::short_help));
  EXPECT_TRUE(parsed(kProduceProgram, {"--help"}).has(Flag::help));
  EXPECT_TRUE(parsed(kConsumeProgram, {"orders", "-V"}).has(Flag::version));
}

TEST(Arguments, Hints) {
  EXPECT_EQ(refused(kConsumeProgram, {"-c", "5", "orders"}), "kconsume has no -c: the number of records is -n N");
  EXPECT_NE(refused(kConsumeProgram, {"-s", "i", "orders"}).find("template"), std::string::npos);
  EXPECT_NE(refused(kConsumeProgram, {"orders", "-u"}).find("--until POSITION"), std::string::npos);
  EXPECT_EQ(refused(kProduceProgram, {"-o", "5"}), "kproduce has no -o; it is a flag of ktopics, kconsume");
  EXPECT_EQ(refused(kProduceProgram, {"--until=5"}), "kproduce has no --until; it is a flag of kconsume");
  EXPECT_EQ(refused(kConsumeProgram, {"-g", "x"}), "kconsume has no -g, which stands for a consumer group, yet");
  EXPECT_EQ(refused(kProduceProgram, {"--nope"}), "kproduce has no --nope; see kproduce -h");
  EXPECT_EQ(refused(kProduceProgram, {"orders", "-k"}), "-k wants a value: -k KEY");
  for (const char* word : {"--quiet=maybe", "--quiet=false", "--quiet="}) {
    EXPECT_EQ(refused(kProduceProgram, {word}), "-q takes no value");
  }
}

TEST(Help, HasEveryFlag) {
  for (const Program* program : programs()) {
    for (const auto& text : {short_help(*program), long_help(*program)}) {
      for (const FlagRow& row : flag_rows()) {
        std::string name = row.name.empty() ? std::string{'-', row.letter} : "--" + std::string(row.name);
        if ((row.where & program->where()) == 0) continue;
        EXPECT_NE(text.find(name), std::string::npos) << program->name << ' ' << name;
      }
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110U) << line;
    }
  }
}

/// `-X` and `--override`, those that there are.
Words names_of(const FlagRow& row) {
  Words names;
  if (row.letter) names.push_back({'-', row.letter});
  if (!row.name.empty()) names.push_back("--" + std::string(row.name));
  return names;
}

/// A letter or name is one flag's at each verb. Flags of a program that share one all take a value, or none does: the
/// verb is found among the words before it says what they mean.
TEST(Flags, LettersAndNamesAreOfOneFlagAtAVerb) {
  for (const Program* program : programs()) {
    std::map<std::string, bool> takes_value;
    for (const Verb& verb : program->verbs) {
      std::set<std::string> seen;
      for (const FlagRow& row : flag_rows()) {
        if ((row.where & verb.where) == 0) continue;
        for (const auto& name : names_of(row)) {
          EXPECT_TRUE(seen.insert(name).second) << program->name << ' ' << verb.name << ' ' << name;
          const bool takes = takes_value.emplace(name, !row.argument.empty()).first->second;
          EXPECT_EQ(takes, !row.argument.empty()) << program->name << ' ' << name;
        }
      }
    }
  }
}

/// `.It Fl b , Fl -bootstrap-server Ar HOST:PORT,...`
std::string man_item(const FlagRow& row) {
  std::string item = ".It";
  if (row.letter) item += std::string(" Fl ") + row.letter;
  if (row.letter && !row.name.empty()) item += " ,";
  if (!row.name.empty()) item += " Fl -" + std::string(row.name);
  if (!row.argument.empty()) item += " Ar " + std::string(row.argument);
  return item;
}

/// The OPTIONS of each man page have the flags of the table, in its order, and no others.
TEST(ManPage, OptionsAreTheFlags) {
  for (const Program* program : programs()) {
    Words expected, found;
    for (const FlagRow& row : flag_rows()) {
      if ((row.where & program->where()) != 0) expected.push_back(man_item(row));
    }
    std::ifstream page(std::string(KSTREAM_MAN_DIR) + '/' + std::string(program->name) + ".1");
    ASSERT_TRUE(page.is_open()) << program->name;
    bool options = false;
    for (std::string line; std::getline(page, line);) {
      if (line.starts_with(".Sh ")) options = line == ".Sh OPTIONS";
      if (options && line.starts_with(".It Fl")) found.push_back(line);
    }
    EXPECT_EQ(found, expected) << program->name;
  }
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  for (auto at = out.find(from); at != std::string::npos; at = out.find(from, at + to.size()))
    out.replace(at, from.size(), to);
  return out;
}

/// kstream-client.toml(5) has the properties that have an effect, as their table tells of them, a sentence a line.
TEST(ManPage, PropertiesAreTheClients) {
  std::string expected;
  for (const auto& property : ClientConfig::properties()) {
    expected += ".It Va " + std::string(property.name) + '\n' + replaced(property.doc, ". ", ".\n") + '\n';
    if (!property.choices.empty()) expected += "One of\n.Li " + replaced(property.choices, "|", " , ") + " .\n";
    if (!property.default_value.empty()) expected += "Default:\n.Li " + std::string(property.default_value) + " .\n";
  }
  std::ifstream page(std::string(KSTREAM_MAN_DIR) + "/kstream-client.toml.5");
  ASSERT_TRUE(page.is_open());
  std::string found, line;
  while (std::getline(page, line) && line != ".Sh PROPERTIES") continue;
  while (std::getline(page, line) && !line.starts_with(".Bl")) continue;
  while (std::getline(page, line) && line != ".El") found += line + '\n';
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace kstream::cli
