#include "measure/experiment/item.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "image/decode.h"
#include "image/resize.h"
#include "image/write.h"
#include "video/select/select_frames.h"

namespace edgevlm {
namespace {

// High enough that scaling, not the file format, decides what a model sees.
constexpr int kJpegQuality = 95;

Result<std::vector<std::byte>> ReadBytes(const std::string& path) {
  const auto file = MappedFile::Open(path);
  if (!file) return file.error();
  return std::vector<std::byte>(file->bytes().begin(), file->bytes().end());
}

// The size that the request wants the image in.
ImageSize WantedSize(const Image& image, const RequestSetup& request) {
  ImageSize size = {.width = image.width, .height = image.height};
  if (request.image_side > 0) size = {.width = request.image_side, .height = request.image_side};
  if (request.image_shape > 0) {
    // Of about as many pixels.
    const double side = std::sqrt(static_cast<double>(size.width) * size.height);
    const double stretch = std::sqrt(request.image_shape);
    size = {.width = std::max(1, static_cast<int>(std::lround(side * stretch))),
            .height = std::max(1, static_cast<int>(std::lround(side / stretch)))};
  }
  return size;
}

Result<std::vector<std::byte>> ReadImage(const std::string& path, const RequestSetup& request) {
  Result<std::vector<std::byte>> file = ReadBytes(path);
  if (!file || (request.image_side == 0 && request.image_shape == 0)) return file;
  const Result<Image> image = Decode(*file, {});
  if (!image) return image.error().In(path);
  const ImageSize size = WantedSize(*image, request);
  ThreadPool pool(1);
  const Image scaled = Resize(*image, size.width, size.height, Filter::kBicubic, pool);
  return EncodeJpeg(scaled, kJpegQuality);
}

// The frames of a file or a folder, each in the middle of its part of the video.
MaybeError ReadVideo(const std::string& path, const RequestSetup& request, Item& item) {
  const auto source =
      std::filesystem::is_directory(path) ? OpenVideoFolder(path) : OpenVideoFile(path);
  if (!source) return source.error();
  auto selected =
      SelectFrames(**source, {.selector = {.name = "uniform", .count = request.frames}});
  if (!selected) return selected.error();
  const auto wanted = static_cast<std::size_t>(request.frames);
  if (selected->frames.size() < wanted) {
    return Error{ErrorCode::kInvalid, path + ": expected " + std::to_string(wanted) +
                                          " frames, found " +
                                          std::to_string(selected->frames.size())};
  }
  ThreadPool pool(1);
  for (VideoFrame& frame : selected->frames) {
    const ImageSize size = WantedSize(frame.image, request);
    if (size != ImageSize{frame.image.width, frame.image.height}) {
      frame.image = Resize(frame.image, size.width, size.height, Filter::kBicubic, pool);
    }
  }
  // A single one is an image, which every model reads.
  if (wanted == 1) {
    item.images.push_back(EncodeJpeg(selected->frames.front().image, kJpegQuality));
  } else {
    item.frames = std::move(selected->frames);
  }
  return std::nullopt;
}

MaybeError ReadMedia(const std::string& path, MediaType type, const RequestSetup& request,
                     Item& item) {
  if (type == MediaType::kVideo) return ReadVideo(path, request, item);
  if (type == MediaType::kAudio) {
    return Error{ErrorCode::kUnsupported, path +
                                              ": expected an image, a text or a video, "
                                              "found sound"};
  }
  if (type == MediaType::kText) {
    const auto file = ReadBytes(path);
    if (!file) return file.error();
    item.text.assign(reinterpret_cast<const char*>(file->data()), file->size());
    return {};
  }
  if (request.frames > 1) {
    return Error{ErrorCode::kInvalid, path + ": expected a video, found an image"};
  }
  auto image = ReadImage(path, request);
  if (!image) return image.error();
  item.images.push_back(*std::move(image));
  return {};
}

// With the choices, if there are any, each with its letter.
std::string QuestionOf(const ManifestRow& row) {
  if (row.choices.empty()) return row.question;
  std::string question = row.question;
  for (std::size_t i = 0; i < row.choices.size(); ++i) {
    question += "\n" + ChoiceLetter(i) + ". " + row.choices[i];
  }
  return question + "\nAnswer with the letter only.";
}

}  // namespace

Result<Item> ReadItem(const Manifest& manifest, const ManifestRow& row,
                      const RequestSetup& request) {
  Item item = {.id = row.id,
               .images = {},
               .frames = {},
               .text = {},
               .question = request.question.empty() ? QuestionOf(row) : request.question,
               .answers = row.answers,
               .choices = row.choices};
  if (row.path.empty()) {
    item.text = row.question;
  } else {
    if (auto error = ReadMedia(manifest.FileOf(row), row.type, request, item)) return *error;
  }
  return item;
}

}  // namespace edgevlm
