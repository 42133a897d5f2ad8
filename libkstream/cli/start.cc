#include "cli/start.h"

#include "cli/client_settings.h"
#include "cli/help.h"
#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

namespace kstream::cli {
namespace {

/// A descriptor of 0 to 2 that is closed would be taken by the next file or socket, into which output would then go.
/// stdin is empty then, stdout cannot be written, and stderr swallows what is said.
void fill_standard_descriptors() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != 0 && errno == EBADF) ::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
}

/// Whether nothing says where the brokers are.
bool asks_default_broker(const Program& program, const Arguments& arguments) {
  if ((arguments.verb().where & kClients) == 0) return false;
  Console silent(program.name, false);
  silent.set_quiet(true);
  auto settings = make_client_settings(arguments, silent);
  return settings && settings->default_broker;
}

ExitCode run_words(const Program& program, std::span<const std::string> words,
                   ExitCode (*run)(const Arguments&, const Console&)) {
  Console plain(program.name, use_color("auto", STDERR_FILENO));
  auto arguments = parse_arguments(program, words);
  if (!arguments) return plain.fail(ExitCode::usage, arguments.error().detail);
  auto show = [&](const std::string& text) {
    return write_stdout(text) ? ExitCode::done : plain.fail(ExitCode::failed, stdout_failure());
  };
  if (arguments->has(Flag::version)) return show(version_line(program));
  if (arguments->has(Flag::help)) return show(long_help(program));
  if (arguments->has(Flag::short_help)) return show(short_help(program));
  auto when = arguments->value(Flag::color);
  if (!when.empty() && when != "auto" && when != "always" && when != "never") {
    return plain.fail(ExitCode::usage, "--color is auto, always or never");
  }
  Console console(program.name, use_color(when, STDERR_FILENO));
  console.set_quiet(arguments->has(Flag::quiet));
  console.set_verbosity(static_cast<int>(arguments->count(Flag::verbose)));
  auto code = run(*arguments, console);
  if (code == ExitCode::unreachable && asks_default_broker(program, *arguments))
    console.note("no broker was named; name one: -b HOST:PORT, or KSTREAM_SERVER=HOST:PORT");
  return code;
}

}  // namespace

int start(const Program& program, int argc, char** argv, ExitCode (*run)(const Arguments&, const Console&),
          std::span<const KafkaTool* const> tools, ServerConfigs server_configs) {
  fill_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == "__complete") {
    complete(program, std::span(words).subspan(1), server_configs);
    return 0;
  }
  auto grammar = choose_grammar(program, tools, tools.empty() ? program.name : argv[0], words);
  if (!grammar) {
    Console console(program.name, use_color("auto", STDERR_FILENO));
    return static_cast<int>(console.fail(ExitCode::usage, grammar.error().detail));
  }
  if (grammar->tool) return static_cast<int>(run_kafka_tool(*grammar->tool, words));
  return static_cast<int>(run_words(program, words, run));
}

}  // namespace kstream::cli
