#include "board/fetched.h"

#include "board/fetcher.h"
#include "board/fota.h"

#include <gtest/gtest.h>

namespace signet::board {
namespace {

Result<std::optional<Fetched>> read(const std::string& text, std::size_t size = 4, std::size_t piece = 1) {
  FetchedReader reader{size};
  Result<std::optional<Fetched>> last = std::optional<Fetched>{};
  for (std::size_t at = 0; at < text.size() && last && !last.value(); at += piece) {
    last = reader.feed(bytes_of(std::string_view{text}.substr(at, piece)));
  }
  return last;
}

TEST(Fetched, IsReadInAnyPieces) {
  const std::string text =
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/9\r\ncontent-length:  4 \r\n\r\nbody";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto got = read(text, 4, piece);
    ASSERT_TRUE(got && got.value()) << piece;
    EXPECT_EQ(got.value()->status, 206);
    EXPECT_EQ(text_of(got.value()->body), "body");
  }
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(read(text.substr(0, size)).value()) << size;
}

TEST(Fetched, ARefusalSaysWhenToComeAgain) {
  const auto got = read("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n").value();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 429);
  EXPECT_EQ(got->retry_after, Seconds{7});
  EXPECT_LT(*read("HTTP/1.1 503 x\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n").value()->retry_after,
            fota_retry_after_max * 1000);
}

TEST(Fetched, MoreThanWasAskedForIsRefusedBeforeItIsRead) {
  const std::string head = "HTTP/1.1 206 Partial Content\r\nContent-Length: ";
  EXPECT_EQ(read(head + "5\r\n\r\n").error().code, Errc::too_large);
  EXPECT_EQ(read(head + "3\r\n\r\n").error().code, Errc::too_large);
  EXPECT_EQ(read(head + "99999999999999999999999\r\n\r\n").error().code, Errc::malformed);
  EXPECT_EQ(read(head + "4\r\n\r\nbodymore", 4, 1000).error().code, Errc::too_large);
  EXPECT_FALSE(read("HTTP/1.1 206 x\r\nTransfer-Encoding: chunked\r\n\r\n")) << "endless";
  EXPECT_FALSE(read("HTTP/1.1 206 x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbody"));
  EXPECT_FALSE(read("HTTP/1.1 206 x\r\n\r\n"));
  EXPECT_FALSE(read("HTTP/1.0 206 x\r\nContent-Length: 4\r\n\r\nbody"));
  EXPECT_FALSE(read("HTTP/1.1 206 x\r\nno colon\r\nContent-Length: 4\r\n\r\nbody"));
  EXPECT_FALSE(read("HTTP/1.1 403 x\r\nContent-Length: " + std::to_string(fetched_refusal_bytes_max + 1) + "\r\n\r\n"));
  EXPECT_FALSE(read("HTTP/1.1 206 x\r\nX: " + std::string(fetched_header_bytes_max, 'x') + "\r\n\r\n"));
}

}  // namespace
}  // namespace signet::board
