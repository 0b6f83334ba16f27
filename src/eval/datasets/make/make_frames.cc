// The generated set of clips: folders of frames with one event each.
#include <array>

#include "eval/datasets/make/generated_set.h"
#include "eval/datasets/make/media_folder.h"
#include "eval/datasets/make/shape_scene.h"
#include "image/write.h"

namespace edgevlm {
namespace {

constexpr int kSeconds = 8;
constexpr int kFramesPerSecond = 4;
constexpr int kFrames = kSeconds * kFramesPerSecond;
constexpr Color kClipBackground = {240, 240, 240};

enum class ClipEvent { kAppears, kVanishes, kChangesColor, kMoves };
constexpr int kClipEvents = 4;

struct ShapeClip {
  ClipEvent event = ClipEvent::kAppears;
  ShapeKind kind = ShapeKind::kCircle;
  NamedColor color;
  NamedColor later_color;  // after the event
  int second = 0;          // of the event, 1 to 7
  int direction = 0;       // of a motion, as in kDirections
};

constexpr std::array<std::string_view, 4> kDirections = {"left", "right", "up", "down"};

ShapeClip ComposeClip(int number, SeededRandom& random) {
  ShapeClip clip;
  clip.event = static_cast<ClipEvent>(number % kClipEvents);
  clip.kind = static_cast<ShapeKind>(random.Below(kShapeKinds));
  clip.color = random.OneOf(ShapeColors());
  do {
    clip.later_color = random.OneOf(ShapeColors());
  } while (clip.later_color.name == clip.color.name);
  clip.second = random.Between(1, kSeconds - 1);
  clip.direction = random.Between(0, 3);
  return clip;
}

Image DrawFrame(const ShapeClip& clip, int frame, int side_pixels) {
  Image image(side_pixels, side_pixels);
  FillImage(kClipBackground, image);
  const bool is_after = frame >= clip.second * kFramesPerSecond;
  if (clip.event == ClipEvent::kAppears && !is_after) return image;
  if (clip.event == ClipEvent::kVanishes && is_after) return image;
  double x = 0.5;
  double y = 0.5;
  if (clip.event == ClipEvent::kMoves) {
    const double way = 0.2 + 0.6 * frame / (kFrames - 1);
    double& coordinate = clip.direction < 2 ? x : y;
    coordinate = clip.direction % 2 == 0 ? 1 - way : way;
  }
  const bool is_changed = clip.event == ClipEvent::kChangesColor && is_after;
  DrawShape(clip.kind, {x * side_pixels, y * side_pixels, 0.15 * side_pixels},
            (is_changed ? clip.later_color : clip.color).color, image);
  return image;
}

// The question about the clip, without id and path.
ManifestRow QuestionAbout(const ShapeClip& clip) {
  const std::string shape(NameOf(clip.kind));
  const std::string seconds = std::to_string(clip.second);
  switch (clip.event) {
    case ClipEvent::kAppears:
      return {.question = "After how many seconds does the " + shape + " appear?",
              .answers = {seconds},
              .category = "appears"};
    case ClipEvent::kVanishes:
      return {.question = "After how many seconds does the " + shape + " vanish?",
              .answers = {seconds},
              .category = "vanishes"};
    case ClipEvent::kChangesColor:
      return {.question = "After how many seconds does the " + shape + " change from " +
                          std::string(clip.color.name) + " to " +
                          std::string(clip.later_color.name) + "?",
              .answers = {seconds},
              .category = "changes"};
    case ClipEvent::kMoves:
      break;
  }
  return {.question = "In which direction does the " + shape + " move?",
          .answers = {ChoiceLetter(static_cast<std::size_t>(clip.direction))},
          .choices = {kDirections.begin(), kDirections.end()},
          .category = "moves"};
}

}  // namespace

Result<std::vector<ManifestRow>> MakeFrames(const MakeOptions& options) {
  SeededRandom random(options.seed);
  std::vector<ManifestRow> rows;
  for (int i = 0; i < options.count; ++i) {
    const ShapeClip clip = ComposeClip(i, random);
    ManifestRow row = QuestionAbout(clip);
    row.id = SixDigits(i);
    row.path = "clips/" + row.id;
    row.type = MediaType::kVideo;
    row.split = "test";
    if (auto error = CreateMediaFolder(options.folder, row.path)) return *error;
    for (int frame = 0; frame < kFrames; ++frame) {
      const int milliseconds = frame * 1000 / kFramesPerSecond;
      const std::string file =
          options.folder + "/" + row.path + "/" + SixDigits(milliseconds) + ".png";
      if (auto error = WritePng(file, DrawFrame(clip, frame, options.side_pixels))) return *error;
    }
    rows.push_back(std::move(row));
    options.on_done(i + 1, options.count);
  }
  return rows;
}

}  // namespace edgevlm
