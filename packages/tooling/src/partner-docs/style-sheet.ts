export const styleSheet = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 0 auto; padding: 1rem; }
nav { border-bottom: 1px solid; padding-bottom: 0.5rem; }
nav > * { margin-right: 1rem; }
h1, h2 { line-height: 1.2; }
h2 { margin-top: 2.5rem; }
small, .need { opacity: 0.7; font-weight: normal; }
p { margin: 0.25rem 0; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid; padding: 0.4rem 0.75rem 0.4rem 0; text-align: left; vertical-align: top; }
th { white-space: nowrap; font-weight: normal; }
dl { margin: 0.5rem 0 0; }
dd { margin: 0 0 0.25rem 1.5rem; }
.index { columns: 16rem; padding-left: 1rem; }
.deprecated { font-style: italic; }
:target { outline: 2px solid; outline-offset: 4px; }
`;
