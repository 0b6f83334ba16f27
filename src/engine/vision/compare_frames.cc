// Compares frames of a video with a question, and with each other.
#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "engine/engine_state.h"
#include "engine/vision/encode_video.h"
#include "engine/vision/query_words.h"

namespace edgevlm {
namespace {

float Cosine(std::span<const float> a, std::span<const float> b) {
  double dot = 0, of_a = 0, of_b = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    dot += static_cast<double>(a[i]) * b[i];
    of_a += static_cast<double>(a[i]) * a[i];
    of_b += static_cast<double>(b[i]) * b[i];
  }
  return of_a > 0 && of_b > 0 ? static_cast<float>(dot / std::sqrt(of_a * of_b)) : 0;
}

void Subtract(std::span<const float> less, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= less[i];
}

// What all images have in common is most of an embedding, and differs from what texts have.
void SubtractMean(std::vector<std::vector<float>>& vectors) {
  std::vector<float> mean(vectors.front().size());
  for (const std::vector<float>& values : vectors) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += values[i] / static_cast<float>(vectors.size());
    }
  }
  for (std::vector<float>& values : vectors) Subtract(mean, values);
}

// The direction that the words add to a question of one form: that of the user's would add more of
// its own than its words do.
Result<std::vector<float>> DirectionOf(const Engine& engine, const std::string& words) {
  const auto embed = [&](const std::string& thing) {
    const Part part = {.text = "is there a " + thing + "?"};
    return engine.Embed({&part, 1}, true);
  };
  auto own = embed(words);
  if (!own) return own.error();
  const auto neutral = embed("thing");
  if (!neutral) return neutral.error();
  Subtract(neutral->values, own->values);
  return std::move(own->values);
}

}  // namespace

Result<std::vector<float>> Engine::CompareWithQuestion(std::span<const FrameView> frames,
                                                       std::string_view question,
                                                       const CompareOptions& options) const {
  const std::string words = QueryWords(question);
  if (words.empty()) return std::vector<float>();
  const auto direction = DirectionOf(*this, words);
  if (!direction) return direction.error();
  const auto images = EncodeFrames(*state_, frames, options.video,
                                   {.scope = options.scope, .is_over = options.is_cancelled});
  if (!images) return images.error();
  std::vector<std::vector<float>> embeddings;
  for (const auto& image : *images) {
    if (options.is_cancelled && options.is_cancelled()) {
      return Error{ErrorCode::kCancelled, "request: cancelled"};
    }
    const Part part = {.image = image};
    auto embedding = Embed({&part, 1}, true);
    if (!embedding) return embedding.error();
    embeddings.push_back(std::move(embedding->values));
  }
  SubtractMean(embeddings);
  std::vector<float> fits;
  for (const std::vector<float>& values : embeddings) fits.push_back(Cosine(values, *direction));
  return fits;
}

Result<std::vector<float>> Engine::CompareNeighbors(std::span<const FrameView> frames,
                                                    const CompareOptions& options) const {
  const auto images = EncodeFrames(*state_, frames, options.video,
                                   {.scope = options.scope, .is_over = options.is_cancelled});
  if (!images) return images.error();
  std::vector<float> likeness = {0};
  for (std::size_t i = 1; i < images->size(); ++i) {
    likeness.push_back(Cosine((*images)[i - 1]->embeddings, (*images)[i]->embeddings));
  }
  return likeness;
}

}  // namespace edgevlm
