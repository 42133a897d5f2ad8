#include "cli/start.h"
#include "cli/topics.h"

int main(int argc, char** argv) {
  using namespace kstream::cli;
  return start(kTopicsProgram, argc, argv, run_topics, topics_tools());
}
