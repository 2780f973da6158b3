// backend.h -- which element the token is: a configuration file, and what it names.
//
//   $SIGNET_PKCS11_CONF, or else $XDG_CONFIG_HOME/signet/pkcs11.conf (~/.config/...), or else /etc/signet/pkcs11.conf
#pragma once

#include "base/fields.h"
#include "token/token.h"

namespace signet::token {

struct Config {
  std::string element;
  std::string root;
  std::string board;
};
inline constexpr std::tuple config_fields{
    Field{"element", &Config::element,
          "the element, as signet-board --element names it: unix:/run/signet/element.sock"},
    Field{"root", &Config::root, "file with its manufacturer's root certificate; without it no certificates are shown"},
    Field{"board", &Config::board, "folder of the board that the element is bound to; its fuses prove the bond"},
};

// The first of the three that exists; the last one's name when none does.
std::string config_path();

// Reads the file, opens the element, makes its certificates again. Everything that goes wrong is named with the file.
Result<std::unique_ptr<Token>> open_token(const std::string& config_file);

}  // namespace signet::token
