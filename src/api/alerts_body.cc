#include "api/alerts_body.h"

#include <algorithm>
#include <array>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "api/json_pieces.h"
#include "engine/alert_identity.h"
#include "io/json_object.h"
#include "io/text.h"
#include "io/timestamp.h"

namespace heald::api {
namespace {

using engine::Alert;

// What stands in the object of an alert.
struct Draft {
  std::optional<std::string> status, starts_at, ends_at, fingerprint;
  bool has_labels = false;
  engine::Labels labels;
  std::size_t label_bytes = 0;
};

// Follows nlohmann's parser, and keeps of a notification only the alerts.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Reader(const JsonPieces& pieces) : pieces_(pieces) {}

  Result<Notification> result() && {
    if (!problem_.empty()) return Error{ErrorCode::kInvalid, std::move(problem_)};
    if (version_ != "4") {
      return Error{ErrorCode::kInvalid,
                   "version must be \"4\": what Alertmanager's webhook_config sends"};
    }
    if (!has_alerts_) return Error{ErrorCode::kInvalid, "alerts must be a list"};
    return std::move(notification_);
  }

  bool null() override { return value(nullptr); }
  bool boolean(bool) override { return value(nullptr); }
  bool number_integer(number_integer_t) override { return value(nullptr); }
  bool number_unsigned(number_unsigned_t) override { return value(nullptr); }
  bool number_float(number_float_t, const string_t&) override { return value(nullptr); }
  bool binary(binary_t&) override { return value(nullptr); }
  bool string(string_t& text) override { return value(&text); }
  bool key(string_t& name) override {
    if (depth_ <= 3) keys_[static_cast<std::size_t>(depth_)] = name.substr(0, kMaxLabelName);
    if (in_labels_ && depth_ == 4) label_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& failure) override {
    if (pieces_.gapTooLong()) {
      return badBody("more than " + std::to_string(JsonPieces::kLongestGap) +
                     " bytes without a text");
    }
    const std::string what = failure.what();
    const auto column = what.find("column ");
    const auto colon = what.find(": ", column == std::string::npos ? 0 : column);
    return badBody(io::toValidUtf8(colon == std::string::npos ? what : what.substr(colon + 2)));
  }

 private:
  bool badBody(const std::string& why) {
    problem_ = "the body is not valid: " + pieces_.place() + ": " + why;
    return false;
  }
  bool wrong(const std::string& key, const std::string& why) {
    problem_ = "alerts[" + std::to_string(seen_) + "]" + key + " " + why;
    return false;
  }

  // A text, or something else.
  bool value(std::string* text) {
    if (depth_ == 0) return badBody("expected an object");
    const std::string& key = keys_[static_cast<std::size_t>(std::min(depth_, 3))];
    if (depth_ == 1) {
      if (key == "version") version_ = text ? *text : "";
      if (key == "alerts") has_alerts_ = false;
    } else if (in_alerts_ && depth_ == 2) {
      return wrong("", "is not an object");
    } else if (in_alerts_ && depth_ == 3) {
      field(key, text);
    } else if (in_labels_ && depth_ == 4) {
      keepLabel(text);
    }
    return true;
  }

  void field(const std::string& key, std::string* text) {
    const auto kept = text ? std::optional(std::move(*text)) : std::nullopt;
    if (key == "status") draft_.status = kept;
    if (key == "startsAt") draft_.starts_at = kept;
    if (key == "endsAt") draft_.ends_at = kept;
    if (key == "fingerprint") draft_.fingerprint = kept;
    if (key == "labels") draft_.has_labels = false;
  }

  void keepLabel(const std::string* value) {
    if (!value || label_.empty() || label_.size() > kMaxLabelName) return;
    const auto same = [&](const auto& label) { return label.first == label_; };
    if (std::any_of(draft_.labels.begin(), draft_.labels.end(), same)) return;
    const std::size_t bytes = label_.size() + value->size();
    if (draft_.labels.size() == kMaxLabels || value->size() > kMaxLabelValue ||
        draft_.label_bytes + bytes > kMaxLabelBytes) {
      return;
    }
    draft_.label_bytes += bytes;
    draft_.labels.emplace_back(label_, *value);
  }

  bool open(bool object) {
    const std::string& key = keys_[static_cast<std::size_t>(std::min(depth_, 3))];
    if (depth_ == 0 && !object) return badBody("expected an object");
    if (depth_ == 1 && key == "alerts") {
      has_alerts_ = in_alerts_ = !object;
      notification_ = {};
      kept_ = seen_ = 0;
    } else if (in_alerts_ && depth_ == 2) {
      if (!object) return wrong("", "is not an object");
      draft_ = {};
    } else if (in_alerts_ && depth_ == 3) {
      field(key, nullptr);
      in_labels_ = object && key == "labels";
      if (in_labels_) draft_.has_labels = true;
      if (in_labels_) draft_.labels.clear();
    }
    if (++depth_ > io::kMaxJsonDepth) {
      return badBody("nested deeper than " + std::to_string(io::kMaxJsonDepth) + " levels");
    }
    return true;
  }

  bool close() {
    --depth_;
    if (depth_ == 3) in_labels_ = false;
    if (depth_ == 1) in_alerts_ = false;
    return depth_ == 2 && in_alerts_ ? keepAlert() : true;
  }

  bool keepAlert() {
    if (draft_.status != "firing" && draft_.status != "resolved") {
      return wrong(".status", "must be \"firing\" or \"resolved\"");
    }
    if (!draft_.has_labels) return wrong(".labels", "must be an object of texts");
    const auto starts_at = draft_.starts_at ? io::parseTimestamp(*draft_.starts_at) : std::nullopt;
    if (!starts_at) {
      return wrong(".startsAt", "must be a time of RFC 3339 (example: 2026-11-23T20:47:00.123Z)");
    }
    if (draft_.fingerprint && draft_.fingerprint->size() > kMaxLabelName) {
      return wrong(".fingerprint", "is longer than 128 bytes");
    }
    ++seen_;
    kept_ += sizeof(Alert) + draft_.labels.size() * sizeof(engine::Labels::value_type) +
             draft_.label_bytes;
    if (notification_.alerts.size() >= kMaxAlerts || kept_ > kMaxAlertsKept) {
      ++notification_.left_out;
      return true;
    }
    Alert alert;
    alert.starts_at = *starts_at;
    alert.firing = draft_.status == "firing";
    if (!alert.firing && draft_.ends_at) alert.ends_at = io::parseTimestamp(*draft_.ends_at);
    alert.labels = std::move(draft_.labels);
    std::sort(alert.labels.begin(), alert.labels.end());
    alert.labels.shrink_to_fit();
    alert.fingerprint = draft_.fingerprint && !draft_.fingerprint->empty()
                            ? std::move(*draft_.fingerprint)
                            : engine::fingerprintOf(alert.labels);
    notification_.alerts.push_back(std::move(alert));
    return true;
  }

  const JsonPieces& pieces_;
  std::string problem_;
  std::string version_;
  bool has_alerts_ = false;
  Notification notification_;
  std::size_t seen_ = 0;
  std::size_t kept_ = 0;  // bytes, about
  int depth_ = 0;
  std::array<std::string, 4> keys_;  // the last of each level
  bool in_alerts_ = false;
  bool in_labels_ = false;
  std::string label_;
  Draft draft_;
};

}  // namespace

Result<Notification> readAlerts(http::BodySource& body) {
  JsonPieces pieces(body);
  std::istream in(&pieces);
  Reader reader(pieces);
  nlohmann::json::sax_parse(in, &reader);
  return std::move(reader).result();
}

Result<Notification> readAlerts(std::string_view body) {
  TextSource source(body);
  return readAlerts(source);
}

}  // namespace heald::api
