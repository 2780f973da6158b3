#include "cli/firmware_line.h"

namespace signet::cli {
namespace {

constexpr const char* firmware_footer =
    "A version is two images, each updated alone: the OS, and the application. They are MCUboot's format\n"
    "(docs/formats/image.md). The release key is in a PKCS#11 token or an encrypted file, and no manager ever has it.\n"
    "Example, from a project to an image that a board takes:\n"
    "  signet firmware keygen software:release.key -o release.pem\n"
    "  signet firmware build lamp/ --board virtual --version 1.2.0 --os-version 2.0.0 -o lamp.img\n"
    "  signet firmware sign lamp.img --key software:release.key -o lamp.signed.img\n"
    "  signet firmware verify lamp.signed.img --key release.pem --board virtual\n"
    "and from there to the manager, which devices download it from ('signet fota --help'):\n"
    "  signet firmware create lamp\n"
    "  signet firmware upload lamp 1.2.0 lamp.signed.img";
constexpr const char* upload_footer =
    "Each image says itself which part it is; one or both may be uploaded, now or later. A version stays as it is "
    "once\n"
    "devices are being updated to it. The manager checks that an image is whole; whose signature counts is for "
    "boards.\n"
    "Example:\n"
    "  signet firmware upload lamp 1.2.0 lamp.signed.img os.signed.img";
constexpr const char* keygen_footer =
    "NAME is software:FILE (encrypted, asks for a passphrase) or pkcs11:token=LABEL;object=LABEL. -o writes the "
    "public\n"
    "half, which boards and 'verify' need. Back up the file, or the token: nobody can make the key again.\n"
    "Example:\n"
    "  signet firmware keygen 'pkcs11:token=release;object=lamp-2026' -o release.pem";
constexpr const char* build_footer =
    "SOURCE is a folder with main.py (its *.py, resources/ and config.yml go in), or a file: --kind native for an\n"
    "executable (docs/native.md), --kind os for an OS.\n"
    "The same input gives the same image, byte for byte.\n"
    "Example:\n"
    "  signet firmware build lamp/ --board virtual --version 1.2.0 --os-version 2.0.0 -o lamp.img\n"
    "  signet firmware build build/lamp --kind native --board virtual --version 1.2.0 --os-version 2.0.0 -o lamp.img\n"
    "  signet firmware build zos.bin --kind os --board virtual --version 2.0.0 -o os.img";
constexpr const char* sign_footer =
    "An image signed by the old key introduces the new one: boards accept it from the moment that this image is\n"
    "confirmed on them. One signed by the new key may then retire the old one.\n"
    "Example:\n"
    "  signet firmware sign lamp.img --key software:release.key -o lamp.signed.img\n"
    "  signet firmware sign lamp.img --key software:old.key --introduce new.pem -o lamp.signed.img";
constexpr const char* inspect_footer =
    "Nothing that it prints is verified.\n"
    "Example:\n"
    "  signet firmware inspect lamp.signed.img --json";
constexpr const char* verify_footer =
    "Example:\n"
    "  signet firmware verify lamp.signed.img --key release.pem --key next.pem --board virtual";
constexpr const char* flash_footer =
    "As over the programmer's cable: the board is off. A fresh board needs a key, an OS and an application; the keys "
    "of\n"
    "one that has some change by images alone (firmware sign --introduce). The OS of a virtual board is signet-board\n"
    "itself: its OS image, of any file, says which version applications find.\n"
    "Example:\n"
    "  signet firmware flash --dir board --key release.pem os.signed.img lamp.signed.img\n"
    "  signet-board --flash --dir board --element software:lamp.id";
constexpr const char* install_footer =
    "The board takes what its owner signed, starts it on trial, and goes back unless it is confirmed in time.\n"
    "Example:\n"
    "  signet firmware install --board board/console lamp-1.3.signed.img\n"
    "  signet firmware confirm --board board/console";
constexpr const char* confirm_footer =
    "From now on the board takes nothing with a lower security counter.\n"
    "Example:\n"
    "  signet firmware confirm --board /dev/ttyUSB0";

void add_build_options(CLI::App* build, Arguments& args) {
  build->add_option("source", args.file, "the project's folder, or a file")->type_name("SOURCE")->required();
  build->add_option("--board", args.board, "which board it is for")->type_name("NAME")->required();
  build->add_option("--version", args.version, "its version, as 1.2.0 or 1.2.0+7")->type_name("VERSION")->required();
  build->add_option("--kind", args.kind, "python (a folder), native or os (a file)")->type_name("KIND");
  build->add_option("--machine", args.machine, "of --kind native: x86_64, aarch64 or riscv64 (this one's)")
      ->type_name("NAME");
  build->add_option("--os-version", args.os_version, "the OS that an application is made for")->type_name("VERSION");
  build->add_option("--counter", args.count, "boards never go below it again, once it is confirmed (0)")
      ->type_name("N");
  build->add_option("--needs", args.pairs, "part (os, application) and least version; repeatable")
      ->type_name("PART VERSION");
  build->add_option("-o,--out", args.out_file, "where to write the image")->type_name("FILE")->required();
}

// What puts images onto a board at hand.
void add_board_verbs(const Noun& firmware) {
  Arguments& args = firmware.args;
  CLI::App* flash =
      firmware.verb("flash", "Give a board that is off its first keys and images", run_firmware_flash, flash_footer);
  flash->add_option("images", args.images, "an OS, an application, or both; signed")->type_name("IMAGE")->required();
  flash->add_option("--dir", args.folder, "the board's own storage")->type_name("DIR")->required();
  flash->add_option("--key", args.keys, "public key that a fresh board is to accept, PEM; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  flash->add_option("--board", args.board, "the board's name, for which the images are (virtual)")->type_name("NAME");
  CLI::App* install =
      firmware.verb("install", "A new version over a board's console", run_firmware_install, install_footer);
  install->add_option("images", args.images, "an OS, an application, or both; signed")->type_name("IMAGE")->required();
  CLI::App* confirm = firmware.verb("confirm", "The version on trial stays", run_firmware_confirm, confirm_footer);
  for (CLI::App* command : {install, confirm}) add_console(command, args);
}

void add_at_manager(const Noun& firmware) {
  Arguments& args = firmware.args;
  CLI::App* create =
      firmware.verb("create", "At the manager: make a firmware, for versions to hang on", run_firmware_create);
  create->add_option("name", args.name)->type_name("NAME")->required();
  create->add_option("--description", args.description)->type_name("TEXT");
  firmware.verb("ls", "At the manager: list", run_firmware_ls);
  CLI::App* show = firmware.verb("show", "At the manager: the versions of one, and their images", run_firmware_show);
  CLI::App* update = firmware.verb("update", "At the manager: rename or describe one", run_firmware_update);
  add_renaming(update, args);
  CLI::App* upload = firmware.verb("upload", "To the manager: signed images, as a version", run_firmware_upload);
  CLI::App* remove = firmware.verb("rm", "At the manager: remove a version, or all of a firmware", run_firmware_rm);
  for (CLI::App* command : {show, update, upload, remove}) {
    command->add_option("firmware", args.name, "id or name")->type_name("FIRMWARE")->required();
  }
  upload->footer(upload_footer);
  upload->add_option("version", args.version, "as 1.2.0, or what you like")->type_name("VERSION")->required();
  upload->add_option("image", args.words, "signed image, one or two")->type_name("IMAGE")->required()->expected(1, 2);
  remove->add_option("version", args.version, "all of them when absent")->type_name("VERSION");
  remove->add_flag("--yes", args.yes, "do not ask");
}

}  // namespace

void add_firmware(const Noun& root) {
  Arguments& args = root.args;
  const Noun firmware =
      root.noun("firmware", "Images for boards: made, signed, verified, brought to one", firmware_footer);
  CLI::App* keygen = firmware.verb("keygen", "Make a release key", run_firmware_keygen, keygen_footer);
  keygen->add_option("name", args.key, "where it is to be")->type_name("NAME")->required();
  keygen->add_option("-o,--out", args.out_file, "where to write its public half, PEM")->type_name("FILE");
  add_build_options(firmware.verb("build", "Make an image, not signed yet", run_firmware_build, build_footer), args);
  CLI::App* sign = firmware.verb("sign", "Sign an image with a release key", run_firmware_sign, sign_footer);
  CLI::App* inspect = firmware.verb("inspect", "What an image says of itself", run_firmware_inspect, inspect_footer);
  CLI::App* verify = firmware.verb("verify", "Whether an image is whole, and signed by one of these keys",
                                   run_firmware_verify, verify_footer);
  for (CLI::App* command : {sign, inspect, verify}) {
    command->add_option("image", args.file, "the image")->type_name("IMAGE")->required();
  }
  sign->add_option("--key", args.key, "the release key, as keygen named it")->type_name("NAME")->required();
  sign->add_option("--introduce", args.introduce, "a key that boards are to accept too, PEM")->type_name("FILE");
  sign->add_option("--retire", args.retire, "a key that they are to accept no more, PEM")->type_name("FILE");
  sign->add_option("-o,--out", args.out_file, "where to write the signed image")->type_name("FILE")->required();
  verify->add_option("--key", args.keys, "public key that is accepted, PEM; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->required();
  verify->add_option("--board", args.board, "and that it may run on this board")->type_name("NAME");
  verify->add_option("--counter", args.count, "and is not below this security counter")->type_name("N");
  add_board_verbs(firmware);
  add_at_manager(firmware);
}

}  // namespace signet::cli
