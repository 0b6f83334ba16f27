// TeachImage: everything that a teacher has to say about one image.
#pragma once

#include "base/result.h"
#include "engine/teacher_encoder.h"
#include "engine/teacher_engine.h"
#include "teacher/record.h"
#include "train/data/sample.h"
#include "train/teach/teach.h"

namespace edgevlm::train {

// How many of a teacher's own answers were kept.
struct OwnAnswers {
  std::uint64_t asked = 0;
  std::uint64_t kept = 0;
};

// Teaches one image after the other. Threads: one at a time.
class ImageTeacher {
 public:
  virtual ~ImageTeacher() = default;

  // Texts whose conversation is too long for the teacher's context are left out. Errors: the
  // teacher cannot read the image; kInvalid (an answer of it is not text).
  virtual Result<TeacherRecord> Teach(std::uint64_t item, const Example& example,
                                      OwnAnswers& own) = 0;
};

// A whole model. The engine must outlive it.
class EngineTeacher final : public ImageTeacher {
 public:
  EngineTeacher(const Engine& engine, const TeachOptions& options);

  Result<TeacherRecord> Teach(std::uint64_t item, const Example& example, OwnAnswers& own) override;

 private:
  MaybeError AddText(const TeacherImage& image, const Text& text, OwnAnswers& own,
                     TeacherRecord& record);
  // The reply on which all samples agree; empty: they do not. Errors: those of Session::Chat.
  Result<std::string> OwnReply(const std::vector<Message>& messages, std::uint64_t seed);

  const TeachOptions& options_;
  TeacherEngine teacher_;
  Session session_;
  int vocabulary_;
};

// A vision encoder alone: features, and the texts of the labels as they are.
class EncoderTeacher final : public ImageTeacher {
 public:
  EncoderTeacher(TeacherEncoder encoder, const TeachOptions& options);

  Result<TeacherRecord> Teach(std::uint64_t item, const Example& example, OwnAnswers& own) override;

 private:
  const TeachOptions& options_;
  TeacherEncoder encoder_;
};

// The image in the middle of a gray square, so that a cell of a teacher's grid shows what the same
// cell of the built-in model's shows, even if the teacher stretches images.
Image PadToSquare(const Image& image);

// The texts that a teacher is asked about an image without labels: a caption, and questions in the
// trainer's wordings that need no knowledge of the image. number: of the image; the same gives the
// same.
std::vector<Text> UnlabeledTexts(std::uint64_t number, int count);

}  // namespace edgevlm::train
