#include "model/video_form.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace edgevlm {
namespace {

std::string TwoDigits(long long number) {
  const std::string text = std::to_string(number);
  return text.size() < 2 ? "0" + text : text;
}

// Of seconds: minutes do not stop at 59.
std::string MinutesAndSeconds(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  return TwoDigits(whole / 60) + ":" + TwoDigits(whole % 60);
}

std::string HoursMinutesSeconds(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  return std::to_string(whole / 3600) + ":" + TwoDigits(whole / 60 % 60) + ":" +
         TwoDigits(whole % 60);
}

// As the training texts spell the number of frames, of which there were at most 64.
std::string InWords(int number) {
  constexpr std::array<const char*, 20> kSmall = {
      "zero",     "one",     "two",     "three",     "four",     "five",    "six",
      "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
      "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr std::array<const char*, 10> kTens = {"",      "",      "twenty",  "thirty", "forty",
                                                 "fifty", "sixty", "seventy", "eighty", "ninety"};
  if (number < 0 || number > 99) return std::to_string(number);
  const auto index = static_cast<std::size_t>(number);
  if (index < kSmall.size()) return kSmall[index];
  const std::string tens = kTens[index / 10];
  return index % 10 == 0 ? tens : tens + "-" + kSmall[index % 10];
}

std::string SmolVlmIntroduction(int frames, double video_seconds) {
  return "You are provided the following series of " + InWords(frames) + " frames from a " +
         HoursMinutesSeconds(video_seconds) + " [H:MM:SS] video.\n";
}

std::string SmolVlmTime(int, double seconds) {
  return "\nFrame from " + MinutesAndSeconds(seconds) + ":";
}

std::string InternVlNumber(int index, double) { return "Frame" + std::to_string(index + 1) + ": "; }

std::string Qwen3VlTime(int, double seconds) {
  char text[64];
  std::snprintf(text, sizeof(text), "<%.1f seconds>", seconds);
  return text;
}

}  // namespace

const VideoForm kSmolVlmVideo = {.frames_per_second = 1,
                                 .before_all = SmolVlmIntroduction,
                                 .before_image = SmolVlmTime,
                                 .after_all = "\n\n"};

const VideoForm kInternVlVideo = {.frames_per_second = 1, .before_image = InternVlNumber};

const VideoForm kQwen2VlVideo = {
    .frames_per_second = 2, .in_pairs = true, .is_one_grid = true, .min_tokens = 128};

const VideoForm kQwen25VlVideo = {.frames_per_second = 2,
                                  .in_pairs = true,
                                  .is_one_grid = true,
                                  .positions_per_second = 2,
                                  .min_tokens = 128};

const VideoForm kQwen3VlVideo = {
    .frames_per_second = 2, .in_pairs = true, .min_tokens = 128, .before_image = Qwen3VlTime};

}  // namespace edgevlm
