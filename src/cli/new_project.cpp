// signet new PROJECT: a folder with a program that runs as it is.
#include "base/port/file.h"
#include "cli/examples.h"

#include <filesystem>

namespace signet::cli {
namespace {

constexpr std::string_view config_text =
    "# What the program needs to know beside its code. Secrets do not belong here: signet secret set NAME\n"
    "config:\n";

Result<Example> find_example(const std::string& name) {
  std::string known;
  for (const Example& one : examples()) {
    if (one.name == name) return one;
    known.append(known.empty() ? "" : ", ").append(one.name);
  }
  return Error{Errc::not_found, "there is no example \"" + printable(name) + "\": there are " + known};
}

Status write_native(Session& session, const Example& example) {
  const std::string& folder = session.args.file;
  TRY(write_file_atomic(folder + "/main.cpp", bytes_of(example.program), 0644));
  TRY(write_file_atomic(folder + "/CMakeLists.txt", bytes_of(example.build), 0644));
  session.env.out << "Made " << folder << " from the example " << example.name << ". Next (docs/native.md):\n"
                  << "  cmake -S " << folder << " -B " << folder
                  << "/build -DCMAKE_BUILD_TYPE=MinSizeRel -Dsignet-firmware_DIR=SIGNET/build/release/firmware\n"
                  << "  cmake --build " << folder << "/build\n"
                  << "  signet-board --dir BOARD --element NAME --program " << folder << "/build/lamp\n";
  return {};
}

Status run_new(Session& session) {
  const std::string& folder = session.args.file;
  const Example example = TRY(find_example(session.args.kind.empty() ? "hello" : session.args.kind));
  std::error_code error;
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error)) {
    return Error{Errc::conflict, printable(folder) + " is there and not empty: name a new folder"};
  }
  TRY(make_folder(folder, 0755));
  if (!example.build.empty()) return write_native(session, example);
  TRY(write_file_atomic(folder + "/main.py", bytes_of(example.program), 0644));
  TRY(write_file_atomic(folder + "/config.yml", bytes_of(config_text), 0644));
  TRY(make_folder(folder + "/resources", 0755));
  session.env.out << "Made " << folder << " from the example " << example.name << ". Next:\n"
                  << "  signet run " << folder << "/main.py\n"
                  << "  signet-board --dir BOARD --element NAME --program " << folder << "/main.py\n"
                  << "  signet firmware build " << folder
                  << " --board virtual --version 1.0.0 --os-version 0.1.0 -o app.img\n";
  return {};
}

}  // namespace

void add_new(const Noun& root) {
  Arguments& args = root.args;
  CLI::App* command = root.verb("new", "A folder with a program for a board, which runs as it is", run_new);
  command->footer(
      "Examples are hello, jobs, conditions, secrets, fota; docs/python.md has what a program may use.\n"
      "native is one in C++: docs/native.md.\n"
      "Example:\n"
      "  signet new lamp --example jobs");
  command->add_option("project", args.file, "the folder to make")->type_name("PROJECT")->required();
  command->add_option("--example", args.kind, "what to begin with (hello)")->type_name("NAME");
}

}  // namespace signet::cli
