// VideoForm: how a family was trained to read videos.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// The texts are those of the families' own code, control tokens spelled out.
struct VideoForm {
  double frames_per_second = 0;  // at most, in training; 0: it was not trained with videos
  // Two neighboring frames become the tokens of one image.
  bool in_pairs = false;
  // All pairs are one image, whose tokens are a grid with time as its first axis; a step of it is
  // so many positions for each second, or one if that is 0.
  bool is_one_grid = false;
  double positions_per_second = 0;
  // Tokens of a frame, or of a pair, in families that can choose; 0: any.
  int min_tokens = 0;
  // Before all frames; before each image, whose time is that of its frame or the mean of two; after
  // all. Null: nothing.
  std::string (*before_all)(int frames, double video_seconds) = nullptr;
  std::string (*before_image)(int index, double seconds) = nullptr;
  std::string_view after_all = {};
};

// SmolVLM2 (Marafioti et al. 2025).
extern const VideoForm kSmolVlmVideo;
// InternVL 2 and later (Chen et al. 2024).
extern const VideoForm kInternVlVideo;
// Qwen2-VL (Wang et al. 2024), Qwen2.5-VL (Bai et al. 2025), Qwen3-VL.
extern const VideoForm kQwen2VlVideo;
extern const VideoForm kQwen25VlVideo;
extern const VideoForm kQwen3VlVideo;

}  // namespace edgevlm
