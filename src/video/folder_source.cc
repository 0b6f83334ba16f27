// Folders of images as videos.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "image/decode.h"
#include "image/resize.h"
#include "video/frame_picker.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMostFrames = 100'000;

struct FrameFile {
  std::string path;
  double seconds = 0;
};

Result<std::vector<std::string>> ListFiles(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const bool is_hidden = entry.path().filename().string().starts_with('.');
    if (entry.is_regular_file(failed) && !is_hidden) paths.push_back(entry.path().string());
    if (paths.size() > kMostFrames) {
      return Error{ErrorCode::kTooLarge, folder + ": expected at most " +
                                             std::to_string(kMostFrames) + " frames, found more"};
    }
  }
  if (failed) return Error{ErrorCode::kIo, folder + ": " + failed.message()};
  if (paths.empty()) {
    return Error{ErrorCode::kInvalid, folder + ": expected a folder of frames, found an empty one"};
  }
  std::ranges::sort(paths);
  return paths;
}

std::optional<std::int64_t> NumberInName(const std::string& path) {
  const std::string name = std::filesystem::path(path).stem().string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number < 0) return {};
  return number;
}

// Whether the numbers, in ascending order, are times: frames that a program has counted are one
// apart, and no two frames lie so close.
bool AreMilliseconds(const std::vector<std::int64_t>& numbers) {
  constexpr std::int64_t kNextFrame = 1;
  const auto is_next = [](std::int64_t a, std::int64_t b) { return b - a == kNextFrame; };
  return std::ranges::adjacent_find(numbers, is_next) == numbers.end();
}

std::vector<FrameFile> WithTimes(const std::vector<std::string>& paths, double frames_per_second) {
  std::vector<std::pair<std::int64_t, std::string>> numbered;
  for (const std::string& path : paths) {
    if (const auto number = NumberInName(path)) numbered.emplace_back(*number, path);
  }
  std::vector<FrameFile> frames;
  const auto add = [&](const std::string& path) {
    frames.push_back(
        {.path = path, .seconds = static_cast<double>(frames.size()) / frames_per_second});
  };
  if (numbered.size() != paths.size()) {
    std::ranges::for_each(paths, add);
    return frames;
  }
  std::ranges::sort(numbered);
  std::vector<std::int64_t> numbers;
  for (const auto& [number, path] : numbered) {
    numbers.push_back(number);
    add(path);
  }
  if (!AreMilliseconds(numbers)) return frames;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].seconds = static_cast<double>(numbers[i]) / 1000;
  }
  return frames;
}

Result<Image> ReadImage(const std::string& path, int max_side) {
  const auto file = MappedFile::Open(path);
  if (!file) return file.error();
  Result<Image> image = Decode(file->bytes(), {}, max_side);
  if (!image) return image.error().In(path);
  const ImageSize size = SizeToSend(image->width, image->height, max_side);
  if (size == ImageSize{image->width, image->height}) return image;
  ThreadPool pool(1);
  return Resize(*image, size.width, size.height, Filter::kBicubic, pool);
}

class FolderStream final : public FrameStream {
 public:
  FolderStream(VideoInfo info, std::vector<FrameFile> frames, const FrameRequest& request)
      : info_(std::move(info)), frames_(std::move(frames)), request_(request), picker_(request) {
    is_done_ = !request.wants_frames;
  }

  const VideoInfo& info() const override { return info_; }
  std::optional<double> end_seconds() const override {
    return at_end_ ? std::optional(info_.seconds) : std::nullopt;
  }

  Result<std::optional<VideoFrame>> Next() override {
    for (; next_ < frames_.size() && !is_done_; ++next_) {
      const FramePicker::Choice choice = picker_.Offer(frames_[next_].seconds);
      is_done_ = choice.is_done;
      if (choice.previous) return Load(next_++ - 1);
      if (choice.current) return Load(next_++);
    }
    if (!is_done_ && !at_end_ && picker_.WantsLast()) {
      at_end_ = true;
      return Load(frames_.size() - 1);
    }
    at_end_ = !is_done_;
    return std::optional<VideoFrame>();
  }

 private:
  Result<std::optional<VideoFrame>> Load(std::size_t i) const {
    Result<Image> image = ReadImage(frames_[i].path, request_.max_side);
    if (!image) return image.error();
    return std::optional(VideoFrame{.seconds = frames_[i].seconds, .image = *std::move(image)});
  }

  const VideoInfo info_;
  const std::vector<FrameFile> frames_;
  const FrameRequest request_;
  FramePicker picker_;
  std::size_t next_ = 0;
  bool is_done_ = false;
  bool at_end_ = false;
};

class FolderSource final : public VideoSource {
 public:
  explicit FolderSource(std::vector<FrameFile> frames) : frames_(std::move(frames)) {}

  Result<std::unique_ptr<FrameStream>> Read(const FrameRequest& request) const override {
    const Result<Image> first = ReadImage(frames_.front().path, VideoLimits::kWantedSide);
    if (!first) return first.error();
    VideoInfo info = {.width = first->width, .height = first->height, .codec = "folder"};
    // The last one is shown for as long as the others on average.
    const double span = frames_.back().seconds - frames_.front().seconds;
    const auto count = static_cast<double>(frames_.size());
    info.seconds = count > 1 ? span * count / (count - 1) : 0;
    info.frames_per_second = span > 0 ? (count - 1) / span : 0;
    return std::unique_ptr<FrameStream>(
        std::make_unique<FolderStream>(std::move(info), FromZero(), request));
  }

 private:
  std::vector<FrameFile> FromZero() const {
    std::vector<FrameFile> frames = frames_;
    for (FrameFile& frame : frames) frame.seconds -= frames_.front().seconds;
    return frames;
  }

  std::vector<FrameFile> frames_;
};

}  // namespace

Result<std::unique_ptr<VideoSource>> OpenVideoFolder(const std::string& path,
                                                     double frames_per_second) {
  const auto files = ListFiles(path);
  if (!files) return files.error();
  return std::unique_ptr<VideoSource>(
      std::make_unique<FolderSource>(WithTimes(*files, frames_per_second)));
}

}  // namespace edgevlm
