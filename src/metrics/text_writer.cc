#include "metrics/text_writer.h"

#include <prometheus/text_serializer.h>

namespace heald::metrics {

std::string PrometheusTextWriter::write(
    const std::vector<prometheus::MetricFamily>& families) const {
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace heald::metrics
