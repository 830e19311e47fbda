"""The editors' edge, /api/v1/kb: routes by subject."""

from router.web.knowledge import entries, exchange, misses, releases, training

routes = (
    *entries.routes,
    *releases.routes,
    *misses.routes,
    *training.routes,
    *exchange.routes,
)
