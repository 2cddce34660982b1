/** What Swagger UI gives its plugins, as far as it is used. */
interface System {
  readonly React: { createElement(type: unknown, props: object | null, ...children: unknown[]): unknown };
}
interface Props {
  getComponent(name: string, isContainer?: boolean): unknown;
}

/** Swagger UI's parts in the page's own main part: its servers are left out, as there is but one, which the page names. */
export const layout = ({ React: { createElement } }: System) => ({
  components: {
    GoodNetLayout: ({ getComponent }: Props) =>
      createElement(
        'div',
        { className: 'swagger-ui' },
        createElement(getComponent('SvgAssets'), null),
        ...['InfoContainer', 'AuthorizeBtnContainer', 'operations', 'Models'].map((name) =>
          createElement(getComponent(name, true), { key: name }),
        ),
      ),
  },
});
