#include "train/teach/teach_image.h"

#include <algorithm>
#include <array>
#include <utility>

#include "eval/words.h"
#include "train/text_templates/questions.h"
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

constexpr std::uint8_t kGray = 128;  // as Preprocessing::fill

// Questions that every image answers.
struct OpenQuestion {
  const char* kind;
  QuestionForm form;
};
constexpr std::array kOpenQuestions = {OpenQuestion{"list", QuestionForm::kListThings},
                                       OpenQuestion{"describe", QuestionForm::kDescribe},
                                       OpenQuestion{"what", QuestionForm::kWhatIsShown}};

// The turns of a text about the image, up to the question that it answers.
std::vector<Message> ConversationOf(const TeacherImage& image, const Text& text) {
  std::vector<Message> messages = {{.role = Role::kUser, .parts = {{.image = image.encoded}}}};
  std::string_view rest = text.question;
  for (bool is_question = true; !rest.empty(); is_question = !is_question) {
    const std::size_t end = std::min(rest.find(kNextTurn), rest.size());
    const Part part = {.text = std::string(rest.substr(0, end))};
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (is_question && messages.size() == 1 && messages[0].parts.size() == 1) {
      messages[0].parts.push_back(part);
      continue;
    }
    messages.push_back({.role = is_question ? Role::kUser : Role::kAssistant, .parts = {part}});
  }
  return messages;
}

// What the vision encoder adds to a record.
TeacherRecord RecordOf(std::uint64_t item, const Image& image, const TeacherImage& taught,
                       const TeachOptions& options) {
  TeacherRecord record;
  record.item = item;
  record.image_hash = HashOf(image.width, image.height, image.pixels);
  if (options.features) {
    record.features = HalfRowsOf(taught.features, taught.feature_width, taught.feature_grid_width);
  }
  record.attention = HalfRowsOf(taught.attention, 1, taught.feature_grid_width);
  return record;
}

// A text as the data set has it.
TeacherText LabelOf(const Text& text) {
  return {.kind = kTextKinds[static_cast<std::size_t>(text.kind)],
          .question = text.question,
          .reply = text.reply};
}

bool IsSquare(const Image& image) { return image.width == image.height; }

}  // namespace

Image PadToSquare(const Image& image) {
  const int side = std::max(image.width, image.height);
  Image square(side, side);
  std::ranges::fill(square.pixels, kGray);
  const Letterbox box = FitInto(image.width, image.height, side);
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.Row(y), image.width * 3, square.Row(box.top + y) + box.left * 3);
  }
  return square;
}

std::vector<Text> UnlabeledTexts(std::uint64_t number, int count) {
  std::seed_seq mix{number, number >> 32};
  std::mt19937_64 rng(mix);
  std::vector<Text> texts = {Text{}};
  for (std::size_t i = 0; texts.size() < static_cast<std::size_t>(count); ++i) {
    if (i == kOpenQuestions.size()) break;
    const OpenQuestion& open = kOpenQuestions[i];
    texts.push_back({.kind = *FindTextKind(open.kind),
                     .question = DrawWording(open.form, Wording::kTrained, rng)});
  }
  return texts;
}

EngineTeacher::EngineTeacher(const Engine& engine, const TeachOptions& options)
    : options_(options),
      teacher_(engine),
      session_(engine),
      vocabulary_(engine.info().vocabulary_tokens) {}

Result<TeacherRecord> EngineTeacher::Teach(std::uint64_t item, const Example& example,
                                           OwnAnswers& own) {
  const Result<TeacherImage> image =
      IsSquare(example.image) || teacher_.keeps_proportions()
          ? teacher_.Encode(example.image, options_.attention)
          : teacher_.Encode(PadToSquare(example.image), options_.attention);
  if (!image) return image.error();
  TeacherRecord record = RecordOf(item, example.image, *image, options_);
  if (options_.projected) {
    record.projected =
        HalfRowsOf(image->encoded->embeddings, image->encoded->width, image->token_grid_width);
  }
  if (options_.visual) {
    const Result<std::vector<float>> logits = teacher_.ImageLogits(*image);
    if (!logits) return logits.error();
    record.visual = TopTokensOf(*logits, vocabulary_, options_.top_k);
    record.relations = RelationsOf(*logits, vocabulary_);
    record.visual_grid_width = image->token_grid_width;
  }
  std::vector<Text> texts = example.texts;
  if (options_.self_instruct && texts.empty()) texts = UnlabeledTexts(item, options_.texts);
  for (const Text& text : texts) {
    if (auto error = AddText(*image, text, own, record)) return *error;
  }
  return record;
}

MaybeError EngineTeacher::AddText(const TeacherImage& image, const Text& text, OwnAnswers& own,
                                  TeacherRecord& record) {
  const std::vector<Message> messages = ConversationOf(image, text);
  TeacherText taught = LabelOf(text);
  if (options_.self_instruct) {
    ++own.asked;
    Result<std::string> reply = OwnReply(messages, record.item);
    if (!reply && reply.error().code == ErrorCode::kTooLarge) return std::nullopt;
    if (!reply) return reply.error();
    if (reply->empty()) return std::nullopt;
    ++own.kept;
    taught.reply = *std::move(reply);
    taught.is_own = 1;
  }
  if (options_.logits) {
    const Result<ReplyLogits> scored = teacher_.LogitsOf(messages, taught.reply);
    if (!scored && scored.error().code == ErrorCode::kTooLarge) return std::nullopt;
    if (!scored) return scored.error();
    taught.tokens.assign(scored->tokens.begin(), scored->tokens.end());
    taught.next = TopTokensOf(scored->logits, vocabulary_, options_.top_k);
  }
  record.texts.push_back(std::move(taught));
  return std::nullopt;
}

Result<std::string> EngineTeacher::OwnReply(const std::vector<Message>& messages,
                                            std::uint64_t seed) {
  std::string agreed, first;
  for (int i = 0; i < options_.samples; ++i) {
    DecodeOptions decode;
    decode.max_tokens = options_.max_tokens;
    decode.temperature = static_cast<float>(options_.temperature);
    decode.seed =
        seed * static_cast<std::uint64_t>(options_.samples) + static_cast<std::uint64_t>(i);
    const Result<Reply> reply = session_.Chat(messages, decode);
    if (!reply) return reply.error();
    if (reply->finish_reason != FinishReason::kEndOfText) return std::string();
    const std::string normalized = NormalizeAnswer(reply->text);
    if (normalized.empty() || (i > 0 && normalized != agreed)) return std::string();
    agreed = normalized;
    if (i == 0) first = reply->text;
  }
  std::ranges::replace(first, kNextTurn, ' ');
  return first;
}

EncoderTeacher::EncoderTeacher(TeacherEncoder encoder, const TeachOptions& options)
    : options_(options), encoder_(std::move(encoder)) {}

Result<TeacherRecord> EncoderTeacher::Teach(std::uint64_t item, const Example& example,
                                            OwnAnswers&) {
  const TeacherImage image = IsSquare(example.image) || encoder_.keeps_proportions()
                                 ? encoder_.Encode(example.image, options_.attention)
                                 : encoder_.Encode(PadToSquare(example.image), options_.attention);
  TeacherRecord record = RecordOf(item, example.image, image, options_);
  for (const Text& text : example.texts) record.texts.push_back(LabelOf(text));
  return record;
}

}  // namespace edgevlm::train
