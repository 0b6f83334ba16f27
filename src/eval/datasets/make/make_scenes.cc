// The generated sets of single images: scenes and captions.
#include "eval/datasets/make/generated_set.h"
#include "eval/datasets/make/media_folder.h"
#include "eval/datasets/make/shape_scene.h"
#include "image/write.h"

namespace edgevlm {
namespace {

// Draws the images; rows_of(scene, number, random) are the rows of each, without id and path.
template <class RowsOf>
Result<std::vector<ManifestRow>> MakeImages(const MakeOptions& options, const RowsOf& rows_of) {
  if (auto error = CreateMediaFolder(options.folder, "images")) return *error;
  SeededRandom random(options.seed);
  std::vector<ManifestRow> rows;
  for (int i = 0; i < options.count; ++i) {
    const ShapeScene scene = ShapeScene::Compose(random);
    const std::string path = "images/" + SixDigits(i) + ".png";
    if (auto error = WritePng(options.folder + "/" + path, scene.Draw(options.side_pixels))) {
      return *error;
    }
    for (ManifestRow& row : rows_of(scene, static_cast<std::size_t>(i), random)) {
      row.id = SixDigits(i) + (row.id.empty() ? "" : "-" + row.id);
      row.path = path;
      row.split = "test";
      rows.push_back(std::move(row));
    }
    options.on_done(i + 1, options.count);
  }
  return rows;
}

}  // namespace

Result<std::vector<ManifestRow>> MakeScenes(const MakeOptions& options) {
  return MakeImages(options, QuestionsAbout);
}

Result<std::vector<ManifestRow>> MakeCaptions(const MakeOptions& options) {
  return MakeImages(options, [](const ShapeScene& scene, std::size_t, SeededRandom&) {
    return std::vector<ManifestRow>{{.answers = CaptionsOf(scene), .category = "caption"}};
  });
}

}  // namespace edgevlm
