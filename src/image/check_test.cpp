// Whether an image may run: on this board, beside that other part.
#include "image/check.h"

#include "image/adapters.h"
#include "image/signed_for_test.h"

#include <gtest/gtest.h>

namespace signet::image {
namespace {

constexpr std::string_view board_name = "devkit";

Layout layout_of(const Facts& facts) {
  const Buffer image = encode(facts, bytes_of("payload")).value();
  MemorySource source{image};
  Layout out;
  EXPECT_EQ(read_layout(source, static_cast<std::uint32_t>(image.size()), out), Fault::none);
  return out;
}

Facts os_facts() {
  return {.version = {2, 1, 0, 0}, .board = "devkit", .kind = Kind::os, .os_version = {}, .security_counter = 5};
}
Facts application_facts() {
  return {.version = {7, 0, 0, 0},
          .board = "devkit",
          .kind = Kind::python,
          .os_version = Version{2, 1, 0, 0},
          .security_counter = 5};
}

Fault on_board(const Facts& facts, Part part, std::uint32_t counter = 5) {
  return check_board(layout_of(facts), part, {board_name, counter});
}

TEST(ImageOnABoard, RunsWhereItIsMadeFor) {
  EXPECT_EQ(on_board(os_facts(), Part::os), Fault::none);
  EXPECT_EQ(on_board(application_facts(), Part::application), Fault::none);
  Facts native = application_facts();
  native.kind = Kind::native;
  EXPECT_EQ(on_board(native, Part::application, 0), Fault::none);
}

TEST(ImageOnABoard, IsRefusedOnAnother) {
  Facts facts = os_facts();
  for (const char* name : {"devkit2", "devki", "DEVKIT"}) {
    facts.board = name;
    EXPECT_EQ(on_board(facts, Part::os), Fault::wrong_board) << name;
  }
  facts.board.clear();
  EXPECT_EQ(on_board(facts, Part::os), Fault::wrong_board);
}

TEST(ImageOnABoard, OfTheOtherKindIsRefused) {
  EXPECT_EQ(on_board(os_facts(), Part::application), Fault::wrong_kind);
  EXPECT_EQ(on_board(application_facts(), Part::os), Fault::wrong_kind);
  Facts facts = os_facts();
  facts.kind.reset();
  EXPECT_EQ(on_board(facts, Part::os), Fault::wrong_kind);
}

TEST(ImageOnABoard, BelowTheCounterIsRefused) {
  EXPECT_EQ(on_board(os_facts(), Part::os, 6), Fault::rolled_back);
  Facts facts = os_facts();
  facts.security_counter.reset();
  EXPECT_EQ(on_board(facts, Part::os, 0), Fault::rolled_back) << "it has to say one";
}

TEST(ImageBesideTheOther, RunsOnTheOsItIsMadeForAndOnNewerOnes) {
  Facts os = os_facts();
  for (const Version version : {Version{2, 1, 0, 0}, Version{2, 1, 1, 0}, Version{2, 200, 0, 9}}) {
    os.version = version;
    EXPECT_EQ(check_together(layout_of(os), layout_of(application_facts())), Fault::none) << text_of(version);
  }
  for (const Version version : {Version{2, 0, 65535, 0}, Version{1, 9, 0, 0}, Version{3, 0, 0, 0}}) {
    os.version = version;
    EXPECT_EQ(check_together(layout_of(os), layout_of(application_facts())), Fault::wrong_os) << text_of(version);
  }
  Facts application = application_facts();
  application.os_version.reset();
  EXPECT_EQ(check_together(layout_of(os_facts()), layout_of(application)), Fault::wrong_os);
}

TEST(ImageBesideTheOther, EachFindsWhatItDependsOn) {
  Facts os = os_facts(), application = application_facts();
  os.dependencies = {{Part::application, {7, 0, 0, 0}}};
  application.dependencies = {{Part::os, {2, 1, 0, 0}}};
  EXPECT_EQ(check_together(layout_of(os), layout_of(application)), Fault::none);
  os.dependencies = {{Part::application, {7, 0, 1, 0}}};
  EXPECT_EQ(check_together(layout_of(os), layout_of(application)), Fault::missing_dependency);
  os.dependencies.clear();
  application.dependencies = {{Part::os, {2, 2, 0, 0}}};
  EXPECT_EQ(check_together(layout_of(os), layout_of(application)), Fault::missing_dependency);
}

// A flash that gives no bytes from `end` on.
class Cut final : public Source {
 public:
  Cut(Bytes bytes, std::size_t end) : source_(bytes), end_(end) {}
  bool read(std::uint32_t at, std::span<std::uint8_t> out) override {
    return at + out.size() <= end_ && source_.read(at, out);
  }

 private:
  MemorySource source_;
  std::size_t end_;
};

TEST(ImageInPlace, ThatCannotBeReadIsSaidToBeSo) {
  const Signer_for_test signer{1};
  const Buffer image = signer.image(os_facts(), Buffer(2000, 7));
  HostCrypto crypto;
  for (std::size_t end = 0; end <= image.size(); end += 50) {
    Cut source{image, end};
    Layout layout;
    Fault fault = read_layout(source, 1u << 20, layout);
    if (fault == Fault::none) fault = check_signed(source, layout, crypto, {&signer.public_key, 1});
    EXPECT_EQ(fault, Fault::unreadable) << end;
  }
}

TEST(ImageInPlace, MayBeFollowedByAnythingButNotLeaveItsPlace) {
  const Signer_for_test signer{1};
  Buffer image = signer.image(os_facts(), Buffer(2000, 7));
  const auto size = static_cast<std::uint32_t>(image.size());
  image.resize(4096, 0xff);
  MemorySource source{image};
  HostCrypto crypto;
  Layout layout;
  EXPECT_EQ(read_layout(source, 4096, layout), Fault::none);
  EXPECT_EQ(layout.image_bytes, size);
  EXPECT_EQ(check_signed(source, layout, crypto, {&signer.public_key, 1}), Fault::none);
  for (std::uint32_t place = 0; place < size; ++place) EXPECT_EQ(read_layout(source, place, layout), Fault::too_large);
  EXPECT_EQ(read_layout(source, size, layout), Fault::none);
}

TEST(ImageInPlace, ErasedFlashIsNoImage) {
  const Buffer blank(4096, 0xff);
  MemorySource source{blank};
  Layout layout;
  EXPECT_EQ(read_layout(source, 4096, layout), Fault::no_image);
}

}  // namespace
}  // namespace signet::image
