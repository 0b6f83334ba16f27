#include "measure/experiment/item.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "image/decode.h"
#include "image/resize.h"
#include "image/write.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxFrames = 100'000;  // of a folder
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
  if (!image) return Error{image.error().code, path + ": " + image.error().message};
  const ImageSize size = WantedSize(*image, request);
  ThreadPool pool(1);
  const Image scaled = Resize(*image, size.width, size.height, Filter::kBicubic, pool);
  return EncodeJpeg(scaled, kJpegQuality);
}

// The files of a folder, by name.
Result<std::vector<std::string>> ListFrames(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.is_regular_file(failed)) paths.push_back(entry.path().string());
    if (paths.size() > kMaxFrames) {
      return Error{ErrorCode::kTooLarge, folder + ": expected at most " +
                                             std::to_string(kMaxFrames) + " frames, found more"};
    }
  }
  if (failed) return Error{ErrorCode::kIo, folder + ": " + failed.message()};
  std::ranges::sort(paths);
  return paths;
}

MaybeError ReadFrames(const std::string& folder, const RequestSetup& request, Item& item) {
  if (!std::filesystem::is_directory(folder)) {
    return Error{ErrorCode::kUnsupported, folder + ": expected a folder of frames, found a file"};
  }
  const auto paths = ListFrames(folder);
  if (!paths) return paths.error();
  const auto wanted = static_cast<std::size_t>(request.frames);
  if (paths->size() < wanted) {
    return Error{ErrorCode::kInvalid, folder + ": expected " + std::to_string(wanted) +
                                          " frames, found " + std::to_string(paths->size())};
  }
  for (std::size_t i = 0; i < wanted; ++i) {
    // In the middle of its part of the video.
    auto image = ReadImage((*paths)[(2 * i + 1) * paths->size() / (2 * wanted)], request);
    if (!image) return image.error();
    item.images.push_back(*std::move(image));
  }
  return {};
}

MaybeError ReadMedia(const std::string& path, MediaType type, const RequestSetup& request,
                     Item& item) {
  if (type == MediaType::kVideo) return ReadFrames(path, request, item);
  if (type == MediaType::kAudio) {
    return Error{ErrorCode::kUnsupported, path +
                                              ": expected an image, a text or a folder of "
                                              "frames, found sound"};
  }
  if (type == MediaType::kText) {
    const auto file = ReadBytes(path);
    if (!file) return file.error();
    item.text.assign(reinterpret_cast<const char*>(file->data()), file->size());
    return {};
  }
  if (request.frames > 1) {
    return Error{ErrorCode::kInvalid, path + ": expected a folder of frames, found an image"};
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
