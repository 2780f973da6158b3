#include "cli/complete.h"

#include "cli/suggest.h"

namespace signet::cli {
namespace {

constexpr const char* bash_script = R"(# signet completion for bash: source <(signet completion bash)
_signet() {
  local IFS=$'\n'
  COMPREPLY=($(signet __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _signet signet
)";

constexpr const char* zsh_script = R"(#compdef signet
# signet completion for zsh: source <(signet completion zsh), or save as _signet in a folder of $fpath
_signet() {
  local -a found
  found=("${(@f)$(signet __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("${(@)found//:/\\:}")
  found=("${(@)found//$'\t'/:}")
  if [[ -n "${found[1]}" ]]; then _describe signet found; else _files; fi
}
if [[ "${funcstack[1]}" = _signet ]]; then _signet "$@"; else compdef _signet signet; fi
)";

constexpr const char* fish_script =
    R"(# signet completion for fish: signet completion fish > ~/.config/fish/completions/signet.fish
function __signet_complete
  set -l words (commandline -opc)
  set -l token (commandline -ct)
  signet __complete $words[2..-1] "$token" 2>/dev/null
end
complete -c signet -a '(__signet_complete)'
)";

const CLI::App* sub_of(const CLI::App& of, const std::string& word) {
  const auto found = of.get_subcommands([&](const CLI::App* one) { return one->check_name(word); });
  return found.empty() ? nullptr : found.front();
}

// The flags of a command, and those of all commands above it.
std::vector<const CLI::Option*> flags_of(const CLI::App& of) {
  std::vector<const CLI::Option*> out;
  for (const CLI::App* at = &of; at; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      const bool is_known = std::any_of(out.begin(), out.end(), [&](const CLI::Option* one) {
        return !option->get_lnames().empty() && one->check_lname(option->get_lnames().front());
      });
      if (!option->get_lnames().empty() && !is_known) out.push_back(option);
    }
  }
  return out;
}

const CLI::Option* flag_called(const CLI::App& of, std::string word) {
  word = word.substr(0, word.find('='));
  for (const CLI::App* at = &of; at; at = at->get_parent()) {
    if (const CLI::Option* option = at->get_option_no_throw(word)) return option;
  }
  return nullptr;
}

bool takes_next(const CLI::Option& option, const std::string& word) {
  return option.get_type_size_max() > 0 && word.find('=') == word.npos;
}

// Where the words lead: as far as they name commands.
struct Walk {
  const CLI::App* at;
  bool wants_value = false;           // of the last flag
  std::optional<std::string> lost{};  // the first word that leads nowhere
};
Walk walk(const CLI::App& root, const std::vector<std::string>& words) {
  Walk out{&root};
  for (const std::string& word : words) {
    if (std::exchange(out.wants_value, false)) continue;
    if (word.starts_with('-')) {
      const CLI::Option* option = flag_called(*out.at, word);
      if (option) out.wants_value = takes_next(*option, word);
      if (!option && word.size() > 1 && !out.lost) out.lost = word;
      continue;
    }
    const CLI::App* next = sub_of(*out.at, word);
    const bool is_leaf = out.at->get_subcommands([](const CLI::App*) { return true; }).empty();
    if (!next && !is_leaf && !out.lost) out.lost = word;
    if (next) out.at = next;
    if (out.lost) break;
  }
  return out;
}

std::vector<Candidate> commands_of(const CLI::App& of) {
  std::vector<Candidate> out;
  for (const CLI::App* one : of.get_subcommands([](const CLI::App*) { return true; })) {
    out.push_back({one->get_name(), one->get_description()});
  }
  return out;
}

std::vector<std::string> words_of(const std::vector<Candidate>& candidates) {
  std::vector<std::string> out;
  out.reserve(candidates.size());
  for (const Candidate& one : candidates) out.push_back(one.word);
  return out;
}

std::vector<Candidate> flag_candidates(const CLI::App& of) {
  std::vector<Candidate> out;
  for (const CLI::Option* option : flags_of(of)) {
    for (const std::string& name : option->get_lnames()) out.push_back({"--" + name, option->get_description()});
  }
  return out;
}

Status run_completion(Session& session) {
  const std::string& shell = session.args.name;
  session.env.out << (shell == "bash" ? bash_script : shell == "zsh" ? zsh_script : fish_script) << std::flush;
  return {};
}

}  // namespace

std::vector<Candidate> complete(const CLI::App& root, const std::vector<std::string>& words) {
  const std::string typed = words.empty() ? "" : words.back();
  const Walk led = walk(root, {words.begin(), words.empty() ? words.end() : words.end() - 1});
  if (led.wants_value || led.lost) return {};
  std::vector<Candidate> out;
  for (Candidate& one : typed.starts_with('-') ? flag_candidates(*led.at) : commands_of(*led.at)) {
    if (one.word.starts_with(typed)) out.push_back(std::move(one));
  }
  return out;
}

std::optional<std::string> meant(const CLI::App& root, const std::vector<std::string>& words) {
  const Walk led = walk(root, words);
  if (!led.lost) return std::nullopt;
  const bool is_flag = led.lost->starts_with('-');
  const std::string word = led.lost->substr(0, led.lost->find('='));
  const auto found = nearest(word, words_of(is_flag ? flag_candidates(*led.at) : commands_of(*led.at)));
  const std::string lost = "\"" + printable(word) + "\" is not known here";
  return found ? lost + ": did you mean \"" + *found + "\"?" : lost;
}

void add_completion(const Noun& root) {
  Arguments& args = root.args;
  CLI::App* completion =
      root.verb("completion", "A script that lets your shell complete commands and flags", run_completion);
  completion->add_option("shell", args.name, "bash, zsh or fish")
      ->type_name("SHELL")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer(
      "Example:\n  source <(signet completion bash)           # in ~/.bashrc, to keep it\n"
      "  signet completion fish > ~/.config/fish/completions/signet.fish");
}

}  // namespace signet::cli
